// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_text.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace rosler {

namespace {

constexpr std::size_t deepest = 100; ///< objects and lists in one another

/// Thrown through the parser: values that lie deep in one another are copied and freed by recursion.
struct TooDeep {
};

/// Follows the parser through the document and remembers the first key that an object says again.
class KeyWatch
{
public:
    template <typename Json>
    bool operator()(nlohmann::json::parse_event_t event, const Json &parsed)
    {
        using Event = nlohmann::json::parse_event_t;
        switch (event) {
        case Event::object_start:
        case Event::array_start:
            if (m_open.size() == deepest)
                throw TooDeep {};
            m_open.push_back({event == Event::array_start, 0, {}, {}});
            break;
        case Event::key:
            m_open.back().key = parsed.template get<std::string>();
            if (!m_open.back().said.insert(m_open.back().key).second && m_twice.empty())
                m_twice = pointer();
            break;
        case Event::object_end:
        case Event::array_end:
            m_open.pop_back();
            countElement();
            break;
        case Event::value:
            countElement();
            break;
        }
        return true;
    }

    /// A JSON pointer; empty when every key is said once.
    [[nodiscard]] const std::string &twice() const { return m_twice; }
    [[nodiscard]] std::string lastKey() const { return m_twice.substr(m_twice.rfind('/') + 1); }

private:
    struct Open {
        bool isArray;
        std::size_t index;
        std::string key;
        std::set<std::string> said;
    };

    void countElement()
    {
        if (!m_open.empty() && m_open.back().isArray)
            ++m_open.back().index;
    }

    [[nodiscard]] std::string pointer() const
    {
        std::string text;
        for (const Open &open : m_open)
            text += '/' + (open.isArray ? std::to_string(open.index) : open.key);
        return text;
    }

    std::vector<Open> m_open;
    std::string m_twice;
};

/// "line 3, column 7" of a byte of the text; the first is number 1, as the parser counts.
std::string placeOf(std::string_view text, std::size_t byte)
{
    const auto before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto lineStart = before.rfind('\n');
    const auto column = lineStart == std::string_view::npos ? before.size() + 1 : before.size() - lineStart;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

} // namespace

template <typename Json>
Result<Json> parseJson(std::string_view text, const std::string &where, std::size_t most)
{
    if (text.size() > most)
        return fail(ErrorCode::OutOfRange,
                    "at most " + std::to_string(most) + " bytes are read, this has "
                        + std::to_string(text.size()),
                    where);
    try {
        KeyWatch watch;
        Json json = Json::parse(text, [&watch](int /*depth*/, auto event, const Json &parsed) {
            return watch(static_cast<nlohmann::json::parse_event_t>(event), parsed);
        });
        if (!watch.twice().empty())
            return fail(ErrorCode::Malformed, "the key \"" + watch.lastKey() + "\" is said twice",
                        where + ':' + watch.twice());
        return json;
    } catch (const nlohmann::json::parse_error &error) {
        return fail(ErrorCode::Malformed, std::string("not JSON: ") + error.what(),
                    where + ": " + placeOf(text, error.byte));
    } catch (const TooDeep &) {
        return fail(ErrorCode::Malformed,
                    "lists and objects lie more than " + std::to_string(deepest) + " deep in one another",
                    where);
    } catch (const nlohmann::json::exception &error) {
        return fail(ErrorCode::Malformed, error.what(), where);
    }
}

template Result<nlohmann::json> parseJson(std::string_view, const std::string &, std::size_t);
template Result<nlohmann::ordered_json> parseJson(std::string_view, const std::string &, std::size_t);

} // namespace rosler
