// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/text_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <QRegularExpression>

#include "tests/device_link/support/oracle.h"

namespace rosler {
namespace {

std::string inferred(const std::string &warmUps, const std::string &runs, bool laps = true)
{
    const std::string lap = laps ? "m-lap-us-[0-9]+\r\n" : "";
    return "m-warmup-start-" + warmUps + "\r\nm-warmup-done\r\nm-infer-start-" + runs + "\r\n" + lap + lap
        + "m-infer-done\r\nm-results-\\[[01]\\.[0-9]{3}(,[01]\\.[0-9]{3}){2}\\]\r\n";
}

/// The real value of number @p i of an image's numbers.
double valueAt(const rsl_tensor &tensor, const std::uint8_t *bytes, std::size_t i)
{
    if (tensor.type == RSL_TENSOR_F32) {
        float f = 0;
        std::memcpy(&f, bytes + 4 * i, 4);
        return static_cast<double>(f);
    }
    if (tensor.type == RSL_TENSOR_I8)
        return static_cast<double>(tensor.scale) * (static_cast<std::int8_t>(bytes[i]) - tensor.zero);
    std::int16_t q = 0;
    std::memcpy(&q, bytes + 2 * i, 2);
    return static_cast<double>(tensor.scale) * q;
}

} // namespace

std::vector<TextRow> textRowsWithoutModel(const std::string &vendor)
{
    const std::string name = "m-name-dut-\\["
        + QRegularExpression::escape(QString::fromStdString(vendor)).toStdString() + "\\]\r\n";
    const std::string iterations = "e-\\[Inference iterations must be >0\\]\r\n";
    const std::string warmUps = "e-\\[Inference warmup must be >=0\\]\r\n";
    const std::string length = "e-\\[Command 'db load' must be >0 bytes\\]\r\n";
    return {
        {"name", name},
        {"  name  ", name},
        {"name it", name}, // further words are nobody's
        {"\r\nname\r\n", name},
        {"profile", "m-profile-\\[ULPMark for tinyML Firmware V0.0.1\\]\r\nm-model-\\[none\\]\r\n"},
        {"timestamp", "m-lap-us-[0-9]+\r\n"},
        {"help", "ULPMark for tinyML Firmware V0.0.1\r\n\r\n([^\r]+\r\n){4}"},
        {"results", "e-\\[No results yet\\]\r\n"},
        {"infer 1", "e-\\[No model\\]\r\n"},
        {"infer", "e-\\[No model\\]\r\n"},
        {"infer 0", iterations},
        {"infer 0 3", iterations},
        {"infer -1", iterations},
        {"infer x", iterations},
        {"infer 1 -1", warmUps},
        {"infer 5x -2", warmUps},
        {"infer 99999999999 -99999999999", warmUps},
        {"", "e-\\[Unknown command: \\]\r\n"},
        {"   ", "e-\\[Unknown command: \\]\r\n"},
        {"hello", "e-\\[Unknown command: hello\\]\r\n"},
        {"hello world", "e-\\[Unknown command: hello\\]\r\n"},
        {"NAME", "e-\\[Unknown command: NAME\\]\r\n"},
        {"names", "e-\\[Unknown command: names\\]\r\n"},
        {"db", "e-\\[Command 'db' requires a subcommand\\]\r\n"},
        {"db load", "e-\\[Command 'db load' requires the # of bytes\\]\r\n"},
        {"db load 0", length},
        {"db load x", length},
        {"db load -1", "Supplied buffer size -1 exceeds maximum of [0-9]+\n"},
        {"db load 99999999999", "Supplied buffer size 2147483647 exceeds maximum of [0-9]+\n"},
        {"db print", ""},
        {"db load 3x", "m-\\[Expecting 3 bytes\\]\r\n"},
        {"db print", "m-buffer-00-00-00\r\n\r\n"},
        {"db 0102", ""},
        {"db 03", "m-load-done\r\n"},
        {"db print", "m-buffer-01-02-03\r\n\r\n"},
        {"db load 0", length},
        {"db print", ""},
        {"db 00", ""}, // nothing is expected
        {"db 0", "e-\\[Insufficent number of hex digits\\]\r\n"},
        {"mode", "e-\\[Unknown command: mode\\]\r\n"},
        {"mode loud", "e-\\[Unknown command: mode\\]\r\n"},
        {"mode energy", "m-timestamp-mode-energy\r\n"},
        {"timestamp", ""},
        {"mode performance", "m-timestamp-mode-performance\r\n"},
        // 80 characters count, what is beyond them does not.
        {"db " + std::string(76, '0'), ""},
        {"db " + std::string(77, '0'), "e-\\[Insufficent number of hex digits\\]\r\n"},
        {"db " + std::string(78, '0'), "e-\\[Insufficent number of hex digits\\]\r\n"},
        {std::string(5000, 'x'), "e-\\[Unknown command: x{80}\\]\r\n"},
        {"name", name},
    };
}

std::vector<TextRow> textRowsWithModel()
{
    const auto incomplete = [](const std::string &came) {
        return "Input db has " + came + " elemented, expected 6\n" + inferred("0", "1");
    };
    return {
        {"profile", "m-profile-\\[ULPMark for tinyML Firmware V0.0.1\\]\r\nm-model-\\[kws01\\]\r\n"},
        {"db print", ""},
        {"infer 1 0", incomplete("0")},
        {"db load 27648",
         "(m-\\[Expecting 27648 bytes\\]\r|Supplied buffer size 27648 exceeds maximum of [0-9]+)\n"},
        {"db load 27649", "Supplied buffer size 27649 exceeds maximum of [0-9]+\n"},
        {"db load 7", "m-\\[Expecting 7 bytes\\]\r\n"}, // more than the model takes
        {"db 010203040506", ""},
        {"infer 1 0", inferred("0", "1")},
        {"db load 6", "m-\\[Expecting 6 bytes\\]\r\n"},
        {"db 0", "e-\\[Insufficent number of hex digits\\]\r\n"},
        {"db 0g", "e-\\[Invalid hex digit '0g'\\]\r\n"},
        {"db g0", "e-\\[Invalid hex digit 'g0'\\]\r\n"},
        {"db 00fF", ""},
        {"db 7fxx", "e-\\[Invalid hex digit 'xx'\\]\r\n"}, // what stands before it has come
        {"db print", "m-buffer-00-ff-7f-00-00-00\r\n\r\n"},
        {"infer 1 0", incomplete("3")},
        {"db 80aBCd", "m-load-done\r\n"},
        {"db print", "m-buffer-00-ff-7f-80-ab-cd\r\n\r\n"},
        {"infer 1 0", inferred("0", "1")},
        {"results", "m-results-\\[[01]\\.[0-9]{3}(,[01]\\.[0-9]{3}){2}\\]\r\n"},
        // After a refusal there is no input, not the one before.
        {"db load 0", "e-\\[Command 'db load' must be >0 bytes\\]\r\n"},
        {"infer 1 0", incomplete("0")},
        {"db load 6", "m-\\[Expecting 6 bytes\\]\r\n"}, // rewinds
        {"db print", "m-buffer-00-00-00-00-00-00\r\n\r\n"},
        {"db 0001020304", ""},
        {"db 05060708", "m-load-done\r\n"}, // what is beyond the last byte is ignored
        {"db 99", ""},
        {"db print", "m-buffer-00-01-02-03-04-05\r\n\r\n"},
        {"infer 1 0", inferred("0", "1")},
        {"db load 24", "m-\\[Expecting 24 bytes\\]\r\n"},
        {"db 000000000000803f0000003f", ""},
        {"infer 1 0", incomplete("3")}, // of four bytes each
        {"db print",
         "m-buffer-00-00-00-00-00-00-80-3f\r\n"
         "m-buffer-00-00-00-3f-00-00-00-00\r\nm-buffer(-00){8}\r\n"},
        {"db 000000000000803f0000003f", "m-load-done\r\n"},
        {"infer 5 2", inferred("2", "5")},
        {"infer 3 0", inferred("0", "3")},
        {"infer 4", inferred("10", "4")}, // ten unless said
        {"infer", inferred("10", "1")},
        {"infer 5x 1y", inferred("1", "5")}, // numbers end where their digits do
        {"infer 1 x", inferred("0", "1")},
        {"  infer   4   1", inferred("1", "4")},
        {"infer 0 3", "e-\\[Inference iterations must be >0\\]\r\n"},
        {"infer 1 -1", "e-\\[Inference warmup must be >=0\\]\r\n"},
        {"mode energy", "m-timestamp-mode-energy\r\n"},
        {"timestamp", ""},
        {"infer 2 0", inferred("0", "2", false)},
        {"mode performance", "m-timestamp-mode-performance\r\n"},
        {"timestamp", "m-lap-us-[0-9]+\r\n"},
        {"infer 2 0", inferred("0", "2")},
    };
}

std::string textBanner(bool energy)
{
    return energy ? "m-timestamp-mode-energy\r\nm-init-done\r\n"
                  : "m-timestamp-mode-performance\r\nm-lap-us-[0-9]+\r\nm-init-done\r\n";
}

bool answers(const std::string &said, const TextRow &row)
{
    const QString form = QString::fromStdString(row.answer) + QStringLiteral("m-ready\r\n");
    return QRegularExpression(QRegularExpression::anchoredPattern(form))
        .match(QString::fromStdString(said))
        .hasMatch();
}

AlignedBytes textModel(const std::string &name, std::uint32_t inputs, std::uint32_t outputs,
                       rsl_number number, rsl_layout layout)
{
    SampleModel model;
    model.number = number;
    model.layout = layout;
    model.inputs = inputs;
    model.layers = {{outputs, inputs > 100 ? 4U : 0U, false, false}};
    model.kept = inputs > 4000 ? 1000 : 0;
    model.name = name;
    AlignedBytes image = sampleImage(model);
    answerImage(image);
    return image;
}

std::string loadByText(WireHost &host, const std::vector<std::uint8_t> &bytes, std::size_t bytesACommand)
{
    const std::string size = std::to_string(bytes.size());
    std::string said = host.text("db load " + size);
    if (said != "m-[Expecting " + size + " bytes]\r\nm-ready\r\n")
        return "db load: " + said;
    for (std::size_t at = 0; at < bytes.size(); at += bytesACommand) {
        const std::size_t end = std::min(at + bytesACommand, bytes.size());
        std::string command = "db ";
        for (std::size_t i = at; i < end; ++i) {
            static const char digits[] = "0123456789abcdef";
            command += digits[bytes[i] >> 4];
            command += digits[bytes[i] & 15];
        }
        said = host.text(command);
        if (said != (end == bytes.size() ? "m-load-done\r\nm-ready\r\n" : "m-ready\r\n"))
            return "byte " + std::to_string(at) + ": " + said;
    }
    return {};
}

std::vector<double> textResults(const std::string &said)
{
    static const std::string begin = "m-results-[";
    std::vector<double> values;
    const std::size_t at = said.find(begin);
    if (at == std::string::npos)
        return values;
    const char *next = said.c_str() + at + begin.size();
    for (;;) {
        char *end = nullptr;
        values.push_back(std::strtod(next, &end));
        if (end == next || (*end != ',' && *end != ']'))
            return {};
        if (*end == ']')
            return values;
        next = end + 1;
    }
}

std::vector<double> oracleResults(const AlignedBytes &image, const std::uint8_t *input,
                                  std::span<const float> sent)
{
    rsl_model model {};
    if (rsl_model_open(image.data(), image.size(), &model).fault != RSL_FAULT_NONE)
        return {};
    const rsl_model_header &header = *model.header;
    const std::uint8_t *in = input != nullptr ? input : image.data() + header.known_input;
    const std::vector<std::uint8_t> out = oracleOutputs(image, in);
    std::vector<double> values;
    const std::size_t outputs = rsl_tensor_numbers(model.output);
    for (std::size_t i = 0; i < outputs; ++i)
        values.push_back(valueAt(*model.output, out.data(), i));
    double sum = 0;
    if (std::string(header.name).rfind("ad", 0) == 0 && rsl_tensor_numbers(model.input) == outputs) {
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += std::pow(
                values[i] - (sent.empty() ? valueAt(*model.input, in, i) : static_cast<double>(sent[i])), 2);
        return {sum / static_cast<double>(values.size())};
    }
    const double most = *std::max_element(values.begin(), values.end());
    for (double &value : values)
        sum += value = std::exp(value - most);
    for (double &value : values)
        value /= sum;
    return values;
}

} // namespace rosler
