<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>rosler::CExportDialog</name>
    <message numerus="yes">
        <source>%n model(s) as C11 that needs nothing else</source>
        <translation>
            <numerusform>%n model as C11 that needs nothing else</numerusform>
            <numerusform>%n models as C11 that needs nothing else</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rosler::ExamplesPage</name>
    <message numerus="yes">
        <source> (%n group(s))</source>
        <translation>
            <numerusform> (%n group)</numerusform>
            <numerusform> (%n groups)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rosler::MainWindow</name>
    <message numerus="yes">
        <source>%n run(s) moved to the trash.</source>
        <translation>
            <numerusform>%n run moved to the trash.</numerusform>
            <numerusform>%n runs moved to the trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) written to %1</source>
        <translation>
            <numerusform>%n file written to %1</numerusform>
            <numerusform>%n files written to %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation>
            <numerusform>%n run</numerusform>
            <numerusform>%n runs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rosler::ModelCommands</name>
    <message numerus="yes">
        <source>%n model(s) of the design begin with its weights.</source>
        <translation>
            <numerusform>%n model of the design begins with its weights.</numerusform>
            <numerusform>%n models of the design begin with its weights.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rosler::PlotOverlay</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rosler::StatusStrip</name>
    <message numerus="yes">
        <source>%n training thread(s)</source>
        <translation>
            <numerusform>%n training thread</numerusform>
            <numerusform>%n training threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chart update(s)/s</source>
        <translation>
            <numerusform>%n chart update/s</numerusform>
            <numerusform>%n chart updates/s</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problem</numerusform>
            <numerusform>%n problems</numerusform>
        </translation>
    </message>
</context>
</TS>
