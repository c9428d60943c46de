// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/layer_json.h"

#include "core/base/json_text.h"
#include "core/experiment/layer_text.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr Index mostRead = 1'000'000'000;

Activation usualActivation(const LayerKind &kind, bool last)
{
    return kind.weighted && !last ? Activation::Relu : Activation::None;
}

const LayerKind &kindOf(const Json &json, const std::string &where)
{
    if (!json.is_object())
        raise(ErrorCode::Malformed, std::string("expected an object, found ") + json.type_name(), where);
    const std::string at = where + "/kind";
    const auto found = json.find("kind");
    if (found == json.end())
        raise(ErrorCode::Malformed, "the key \"kind\" is missing", at);
    if (!found->is_string())
        raise(ErrorCode::Malformed, std::string("expected text, found ") + found->type_name(), at);
    const auto name = found->get<std::string>();
    if (const LayerKind *kind = layerKindNamed(name))
        return *kind;
    std::string list;
    for (const LayerKind &kind : layerKinds())
        list += (list.empty() ? "" : ", ") + std::string(kind.name);
    raise(ErrorCode::Malformed, '"' + name + "\" is not one of " + list, at);
}

LayerSpec parseLayer(const Json &json, const std::string &where, bool last)
{
    const LayerKind &kind = kindOf(json, where);
    std::vector<std::string_view> keys {"kind"};
    for (const LayerField &field : kind.fields)
        keys.push_back(field.name);
    if (kind.weighted || kind.activates)
        keys.push_back("activation");
    if (kind.makeSketched != nullptr)
        keys.insert(keys.end(), {"rank", "sketch_size"});
    const Section s(json, where, keys);

    LayerSpec layer;
    layer.kind = kind.name;
    for (const LayerField &field : kind.fields) {
        if (!s.has(field.name)) {
            if (field.preset)
                layer.fields.emplace(field.name, *field.preset);
            else if (!(last && field.lastGivesClasses))
                (void)s.required(field.name);
            continue;
        }
        double value = 0;
        if (field.integer) {
            Index number = 0;
            s.read(field.name, number, static_cast<Index>(field.low), static_cast<Index>(field.high));
            value = static_cast<double>(number);
        } else {
            s.read(field.name, value, field.low, field.high, true);
        }
        layer.fields.emplace(field.name, value);
    }
    layer.activation = usualActivation(kind, last);
    s.read("activation", layer.activation, &activationNamed, {"none", "relu"});
    if (s.has("rank")) {
        Sketch sketch;
        s.read("rank", sketch.rank, 1, mostRead);
        if (s.has("sketch_size")) {
            Index size = 1;
            s.read("sketch_size", size, 1, mostRead);
            sketch.size = size;
        }
        layer.sketch = sketch;
    } else if (s.has("sketch_size")) {
        (void)s.required("rank");
    }
    return layer;
}

Json asJson(const LayerSpec &layer, bool last)
{
    const LayerKind *kind = layerKindNamed(layer.kind);
    Json j;
    j["kind"] = layer.kind;
    if (kind != nullptr) {
        for (const LayerField &field : kind->fields)
            if (const auto value = layer.field(field.name))
                j[std::string(field.name)] = field.integer ? Json(static_cast<Index>(*value)) : Json(*value);
        if (layer.activation != usualActivation(*kind, last))
            j["activation"] = nameOf(layer.activation);
    }
    if (layer.sketch) {
        j["rank"] = layer.sketch->rank;
        if (layer.sketch->size)
            j["sketch_size"] = *layer.sketch->size;
    }
    return j;
}

} // namespace

std::vector<LayerSpec> parseLayers(const Json &json, const std::string &where)
{
    if (!json.is_array() || json.empty() || json.size() > maxLayers)
        raise(json.is_array() ? ErrorCode::OutOfRange : ErrorCode::Malformed,
              "expected a list of 1 to " + std::to_string(maxLayers) + " layers", where);
    std::vector<LayerSpec> layers;
    for (std::size_t i = 0; i < json.size(); ++i)
        layers.push_back(parseLayer(json[i], where + '/' + std::to_string(i), i + 1 == json.size()));
    return layers;
}

Json asJson(std::span<const LayerSpec> layers)
{
    Json list = Json::array();
    for (std::size_t i = 0; i < layers.size(); ++i)
        list.push_back(asJson(layers[i], i + 1 == layers.size()));
    return list;
}

Result<std::vector<LayerSpec>> layersFromText(std::string_view text, const std::string &where)
{
    const auto json = parseJson<Json>(text, where, text.size());
    if (!json)
        return tl::unexpected(json.error());
    try {
        return parseLayers(*json, where);
    } catch (const nlohmann::json::exception &error) {
        return fail(ErrorCode::Malformed, error.what(), where);
    } catch (const SpecError &error) {
        return tl::unexpected(error.error);
    }
}

std::string textOf(std::span<const LayerSpec> layers)
{
    return asJson(layers).dump();
}

} // namespace rosler
