#include "services/notify/placeholders.h"

#include "platform/text/text.h"
#include "services/notify/opaque.h"

#include <absl/strings/str_replace.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace tamarack::notify {
namespace {

namespace json = boost::json;

struct Placeholder {
  std::string_view whole;  // with its brackets
  std::string_view name;
  std::string_view text;  // what follows `??`
  bool is_conditional = false;
};

// `First Name`, `first_name` and `FIRST-NAME` are one name, whichever dash an editor made of `-`.
std::string NormalName(std::string_view name) {
  std::string normal = text::CaseFolded(text::FoldSpaces(name));
  return absl::StrReplaceAll(normal, {{" ", ""},
                                      {"_", ""},
                                      {"-", ""},
                                      {"\u00ad", ""},
                                      {"\u2010", ""},
                                      {"\u2011", ""},
                                      {"\u2012", ""},
                                      {"\u2013", ""},
                                      {"\u2014", ""},
                                      {"\u2015", ""},
                                      {"\u2212", ""},
                                      {"\ufe58", ""},
                                      {"\ufe63", ""},
                                      {"\uff0d", ""}});
}

// Where the placeholder's own `))` stands whose inside begins at `begin`: brackets within balance.
// None when there is no such place or another placeholder begins before it.
size_t CloseOf(std::string_view text, size_t begin) {
  int depth = 0;
  for (size_t at = begin; (at = text.find_first_of("()", at)) != std::string_view::npos; ++at) {
    if (text.substr(at, 2) == "((") break;
    if (text[at] == '(') {
      ++depth;
    } else if (depth > 0) {
      --depth;
    } else {
      return text.substr(at, 2) == "))" ? at : std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

struct Visitor {
  std::function<void(std::string_view)> literal = [](std::string_view) {};
  std::function<void(const Placeholder&)> placeholder = [](const Placeholder&) {};
  std::function<void(size_t)> unreadable = [](size_t) {};  // where it begins
};

// Calls `visitor` for the parts of `text` in order. What cannot be read is literal, too.
void Scan(std::string_view text, const Visitor& visitor) {
  size_t done = 0;
  size_t from = 0;
  while (true) {
    size_t open = text.find("((", from);
    if (open == std::string_view::npos) break;
    // Of `(((x))` the innermost pair counts, so that a link's own bracket may stand before it.
    while (open + 2 < text.size() && text[open + 2] == '(') ++open;
    size_t close = CloseOf(text, open + 2);
    Placeholder found;
    if (close != std::string_view::npos) {
      found.whole = text.substr(open, close + 2 - open);
      std::string_view inner = text.substr(open + 2, close - open - 2);
      size_t question = inner.find("??");
      found.is_conditional = question != std::string_view::npos;
      found.name = inner.substr(0, question);
      if (found.is_conditional) found.text = inner.substr(question + 2);
    }
    if (NormalName(found.name).empty()) {
      visitor.unreadable(open);
      from = open + 2;
      continue;
    }
    visitor.literal(text.substr(done, open - done));
    visitor.placeholder(found);
    done = from = close + 2;
  }
  visitor.literal(text.substr(done));
}

// A value, and what a message made of it: once, since templates name a value thousands of times.
struct Value {
  const json::value* json;
  std::optional<std::string> written = {};
  std::optional<bool> is_true = {};
};

// The values by their normal names; of two with one name the first counts. A map, since callers
// could choose names with one hash.
class Values {
 public:
  explicit Values(const json::object& personalisation) {
    for (const auto& member : personalisation) {
      if (!member.value().is_null())
        values_.emplace(NormalName(member.key()), Value{&member.value()});
    }
  }
  Value* Find(std::string_view name) {
    auto found = values_.find(NormalName(name));
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, Value> values_;
};

// The fewest digits that are this number, with zeros instead of an exponent: people read it.
std::string PlainNumber(double number) {
  std::array<char, 32> shortest;  // `-1.2345678901234567e+308`
  auto end = std::to_chars(shortest.begin(), shortest.end(), number, std::chars_format::scientific);
  std::string_view text(shortest.begin(), static_cast<size_t>(end.ptr - shortest.begin()));
  size_t e = text.find('e');
  if (e == std::string_view::npos) return std::string(text);  // no finite number
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end.ptr, exponent);
  std::string plain(text.substr(0, e));
  std::erase(plain, '.');
  size_t first = plain[0] == '-' ? 1 : 0;
  if (exponent < 0) return plain.insert(first, "0." + std::string(size_t(-exponent) - 1, '0'));
  size_t point = first + static_cast<size_t>(exponent) + 1;
  if (point < plain.size()) return plain.insert(point, ".");
  plain.resize(point, '0');
  return plain;
}

// JSON with its numbers as people read them.
void AppendJson(const json::value& value, std::string& text) {
  std::string_view separator;
  if (const auto* object = value.if_object()) {
    text += '{';
    for (const auto& member : *object) {
      text.append(separator).append(json::serialize(member.key())).append(":");
      AppendJson(member.value(), text);
      separator = ",";
    }
    text += '}';
  } else if (const auto* array = value.if_array()) {
    text += '[';
    for (const auto& element : *array) {
      AppendJson(element, text.append(separator));
      separator = ",";
    }
    text += ']';
  } else {
    text += value.is_double() ? PlainNumber(value.get_double()) : json::serialize(value);
  }
}

std::string ElementText(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  std::string text;
  AppendJson(value, text);
  return text;
}

// GOV.UK Notify's words and the French ones, whatever the language of the template: the caller may
// be another program than its author's.
bool IsTrue(const json::value& value) {
  static constexpr std::string_view kTrue[] = {"yes",     "y",       "true",     "t",      "1",
                                               "include", "show",    "oui",      "o",      "vrai",
                                               "v",       "inclure", "afficher", "montrer"};
  std::string text = ElementText(value);
  std::string_view word = text::Trim(text);
  if (word.size() > 16) return false;  // longer than any of them: not worth folding
  return std::find(std::begin(kTrue), std::end(kTrue), text::CaseFolded(word)) != std::end(kTrue);
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (char c : text) line += (c == '\n' || c == '\r' || c == '\t') ? ' ' : c;
  return line;
}

// Writes the values of one message.
class ValueWriter {
 public:
  ValueWriter(FillMode mode, std::string_view language)
      : mode_(mode), is_french_(IsFrench(language)) {}

  std::string Write(const json::value& value) const {
    return value.is_array() ? List(value.get_array()) : Element(value);
  }

 private:
  static bool IsFrench(std::string_view language) {
    return text::CaseFolded(language.substr(0, language.find('-'))) == "fr";
  }

  std::string Element(const json::value& value) const {
    std::string text = ElementText(value);
    if (value.is_bool() && is_french_) text = value.get_bool() ? "oui" : "non";
    if (mode_ == FillMode::kMarkdown) return OpaqueValue(text);
    if (mode_ == FillMode::kLine) return OneLine(text);
    return text;
  }

  std::string List(const json::array& list) const {
    std::vector<std::string> items;
    for (const auto& element : list) {
      if (!element.is_null() && !text::IsBlank(ElementText(element)))
        items.push_back(Element(element));
    }
    std::string_view last = is_french_ ? " et " : " and ";
    std::string text;
    for (size_t i = 0; i < items.size(); ++i) {
      if (mode_ != FillMode::kLine) {
        text += (i == 0 ? "\n\n* " : "\n* ") + items[i];
      } else {
        text.append(i == 0 ? "" : i + 1 == items.size() ? last : ", ").append(items[i]);
      }
    }
    return text;
  }

  FillMode mode_;
  bool is_french_;
};

}  // namespace

std::vector<std::string> PlaceholderNames(std::string_view text) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  Scan(text, {.placeholder = [&](const Placeholder& placeholder) {
         if (seen.insert(NormalName(placeholder.name)).second) names.emplace_back(placeholder.name);
       }});
  return names;
}

std::vector<std::string> MissingPersonalisation(std::string_view text,
                                                const json::object& personalisation) {
  std::vector<std::string> names = PlaceholderNames(text);
  Values values(personalisation);
  std::erase_if(names, [&](const auto& name) { return values.Find(name) != nullptr; });
  return names;
}

std::string FillPlaceholders(std::string_view text, const json::object& personalisation,
                             FillMode mode, std::string_view language) {
  std::string filled;
  Values values(personalisation);
  ValueWriter writer(mode, language);
  auto literal = [&](std::string_view part) {
    filled += mode == FillMode::kMarkdown ? WithoutMarks(part)
              : mode == FillMode::kLine   ? OneLine(part)
                                          : std::string(part);
  };
  auto placeholder = [&](const Placeholder& found) {
    if (filled.size() > kFilledBytesMax) return;
    Value* value = values.Find(found.name);
    if (value == nullptr) {
      literal(found.whole);
    } else if (!found.is_conditional) {
      if (!value->written) value->written = writer.Write(*value->json);
      filled += *value->written;
    } else {
      if (!value->is_true) value->is_true = IsTrue(*value->json);
      if (*value->is_true) literal(found.text);
    }
  };
  Scan(text, {.literal = literal, .placeholder = placeholder});
  return filled;
}

std::string UnreadablePlaceholder(std::string_view text) {
  std::string words;
  Scan(text, {.unreadable = [&](size_t begin) {
         if (!words.empty()) return;
         auto line =
             1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
         std::string_view excerpt = text.substr(begin, text.substr(begin).find_first_of("\r\n"));
         words = "line " + std::to_string(line) + ": “" +
                 std::string(text::FirstCharacters(excerpt, 40)) + "”";
       }});
  return words;
}

bool IsTooLong(std::initializer_list<std::string_view> filled) {
  return std::any_of(filled.begin(), filled.end(),
                     [](std::string_view text) { return text.size() > kFilledBytesMax; });
}

}  // namespace tamarack::notify
