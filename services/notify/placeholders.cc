#include "services/notify/placeholders.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>
#include <unordered_map>

namespace tamarack::notify {
namespace {

namespace json = boost::json;

struct Placeholder {
  std::string_view whole;  // with its brackets
  std::string_view name;
  std::string_view text;  // what follows `??`
  bool is_conditional = false;
};

// Lower-case ASCII without separators: `First Name`, `first_name` and `firstName` are one name.
std::string NormalName(std::string_view name) {
  std::string normal;
  for (char c : name) {
    if (c == ' ' || c == '_' || c == '-') continue;
    normal += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return normal;
}

// Calls `literal` and `placeholder` for the parts of `text` in order.
void Scan(std::string_view text, const std::function<void(std::string_view)>& literal,
          const std::function<void(const Placeholder&)>& placeholder) {
  size_t done = 0;
  size_t from = 0;
  while (true) {
    size_t open = text.find("((", from);
    if (open == std::string_view::npos) break;
    // Of `(((x))` the innermost pair counts, so that a link's own bracket may stand before it.
    while (open + 2 < text.size() && text[open + 2] == '(') ++open;
    size_t inner_end = text.find_first_of("()", open + 2);
    bool is_closed = inner_end != std::string_view::npos && inner_end > open + 2 &&
                     text.substr(inner_end, 2) == "))";
    if (!is_closed) {
      from = open + 2;
      continue;
    }
    Placeholder found;
    found.whole = text.substr(open, inner_end + 2 - open);
    std::string_view inner = text.substr(open + 2, inner_end - open - 2);
    size_t question = inner.find("??");
    found.is_conditional = question != std::string_view::npos;
    found.name = inner.substr(0, question);
    if (found.is_conditional) found.text = inner.substr(question + 2);
    literal(text.substr(done, open - done));
    placeholder(found);
    done = from = inner_end + 2;
  }
  literal(text.substr(done));
}

// The values by their normal names; of two with one name the first counts.
class Values {
 public:
  explicit Values(const json::object& personalisation) {
    for (const auto& member : personalisation) {
      if (!member.value().is_null()) values_.emplace(NormalName(member.key()), &member.value());
    }
  }
  const json::value* Find(std::string_view name) const {
    auto found = values_.find(NormalName(name));
    return found == values_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string, const json::value*> values_;
};

// The fewest digits that are this number, without an exponent: people read it.
std::string PlainNumber(double number) {
  std::array<char, 400> text;  // 5e-324 needs 326
  auto end = std::to_chars(text.begin(), text.end(), number, std::chars_format::fixed).ptr;
  return {text.begin(), end};
}

std::string ScalarText(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return PlainNumber(value.get_double());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  return json::serialize(value);
}

bool IsTrue(const json::value& value) {
  std::string text = ScalarText(value);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  static constexpr std::string_view kTrue[] = {"yes", "y", "true", "t", "1", "include", "show"};
  return std::find(std::begin(kTrue), std::end(kTrue), text) != std::end(kTrue);
}

// Backslashes before all that markdown could read as its own: everywhere what marks up words, at
// the start of a line what begins headings, lists, quotes and rules. Indentation goes, because it
// would make the line code.
std::string EscapeMarkdown(std::string_view text) {
  std::string escaped;
  bool at_line_start = true;
  bool after_number = false;  // "1." and "1)" begin lists
  for (char c : text) {
    if (at_line_start && (c == ' ' || c == '\t')) {
      if (escaped.empty()) escaped += ' ';
      continue;
    }
    bool is_special = std::string_view("\\`*_[]<>&~").find(c) != std::string_view::npos;
    bool begins_block =
        at_line_start && std::string_view("#^-+=").find(c) != std::string_view::npos;
    if (is_special || begins_block || (after_number && (c == '.' || c == ')'))) escaped += '\\';
    escaped += c;
    after_number = c >= '0' && c <= '9' && (at_line_start || after_number);
    at_line_start = c == '\n' || c == '\r';
  }
  return escaped;
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (char c : text) line += (c == '\n' || c == '\r' || c == '\t') ? ' ' : c;
  return line;
}

std::string ElementText(const json::value& value, FillMode mode) {
  std::string text = ScalarText(value);
  if (mode == FillMode::kMarkdown) return EscapeMarkdown(text);
  if (mode == FillMode::kLine) return OneLine(text);
  return text;
}

std::string ListText(const json::array& list, FillMode mode) {
  std::vector<std::string> items;
  for (const auto& element : list) {
    if (element.is_null()) continue;
    std::string item = ElementText(element, mode);
    if (!item.empty()) items.push_back(std::move(item));
  }
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (mode != FillMode::kLine) {
      text += (i == 0 ? "\n\n* " : "\n* ") + items[i];
    } else {
      text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> PlaceholderNames(std::string_view text) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  Scan(
      text, [](std::string_view) {},
      [&](const Placeholder& placeholder) {
        if (seen.insert(NormalName(placeholder.name)).second) names.emplace_back(placeholder.name);
      });
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
                             FillMode mode) {
  std::string filled;
  Values values(personalisation);
  Scan(
      text, [&](std::string_view literal) { filled += literal; },
      [&](const Placeholder& placeholder) {
        if (filled.size() > kFilledBytesMax) return;
        const json::value* value = values.Find(placeholder.name);
        if (value == nullptr) {
          filled += placeholder.whole;
        } else if (placeholder.is_conditional) {
          if (IsTrue(*value)) filled += placeholder.text;
        } else if (value->is_array()) {
          filled += ListText(value->get_array(), mode);
        } else {
          filled += ElementText(*value, mode);
        }
      });
  return filled;
}

bool IsTooLong(std::initializer_list<std::string_view> filled) {
  return std::any_of(filled.begin(), filled.end(),
                     [](std::string_view text) { return text.size() > kFilledBytesMax; });
}

}  // namespace tamarack::notify
