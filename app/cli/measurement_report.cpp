// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/measurement_report.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "app/cli/text_table.h"
#include "core/base/quantity_text.h"
#include "core/base/text_number.h"

namespace rosler::cli {

namespace {

/// What each operation took, where a board made the features itself: they are no part of the network.
void printOperations(const Measurement &m)
{
    const std::optional<FeatureShare> share = featureShare(m);
    if (!share)
        return;
    TextTable table(
        {m.model + " " + m.type + ", operation", std::string(nameOf(share->features.unit())), "MACs"});
    for (const LayerShare &layer : m.layers)
        table.add(
            {layer.name, countText(layer.quantity.value()), countText(static_cast<double>(layer.macs))});
    std::fputs(table.text().c_str(), stdout);
    std::printf("features: %s; network: %s\n", text(share->features).c_str(), text(share->network).c_str());
}

} // namespace

void printMeasurements(const std::vector<Measurement> &all)
{
    TextTable table({"model", "board acc.", "equal twin", "instructions", "per MAC", "latency", "energy",
                     "image", "RAM"});
    for (const Measurement &m : all) {
        const std::optional<Spread> &count = m.instructions ? m.instructions : m.cycles;
        const std::optional<FeatureShare> share = featureShare(m);
        const double features = share ? share->features.value() : 0; // are no multiply-adds of the network
        const std::string perMac = count && m.macs > 0
            ? fixedText((count->median.value() - features) / static_cast<double>(m.macs), 2)
            : std::string("-");
        table.add({m.model + " " + m.type, m.boardAccuracy ? percentText(*m.boardAccuracy) : "-",
                   !m.outputsEqualTwin       ? "-"
                       : *m.outputsEqualTwin ? "yes"
                                             : "NO",
                   count ? countText(count->median.value()) : "-", perMac,
                   m.latency ? text(m.latency->median) : "-", m.energy ? text(m.energy->median) : "-",
                   bytesText(static_cast<double>(m.imageBytes)), bytesText(static_cast<double>(m.ramBytes))});
    }
    std::fputs(table.text().c_str(), stdout);
    for (const Measurement &m : all)
        printOperations(m);
    std::vector<std::string> said; // number types have cycles of their own
    for (const Measurement &m : all)
        if (m.latency && m.latency->median.isModelled()
            && std::find(said.begin(), said.end(), m.type) == said.end()) {
            std::printf("~ is modelled, not measured, %s: %s", m.type.c_str(),
                        m.latency->median.assumptions().c_str());
            if (m.energy)
                std::printf("; energy: %s", m.energy->median.assumptions().c_str());
            std::printf("\n");
            said.push_back(m.type);
        }
}

} // namespace rosler::cli
