#include "platform/pages/template_source.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <re2/re2.h>

#include <set>

namespace tamarack::pages {
namespace {

constexpr std::string_view kPragma = "{{%AUTOESCAPE context=\"HTML\"}}";
constexpr int kDepthMax = 8;

absl::Status Refuse(std::string_view name, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(name), ": ", std::string(why)));
}

int Count(const std::string& text, const RE2& pattern) {
  re2::StringPiece rest(text);
  int count = 0;
  while (RE2::FindAndConsume(&rest, pattern)) ++count;
  return count;
}

}  // namespace

absl::Status LintTemplate(std::string_view name, std::string_view text) {
  if (!text.starts_with(kPragma))
    return Refuse(name, "the first thing must be the AUTOESCAPE pragma");
  std::string body(text.substr(kPragma.size()));
  static const RE2 comment(R"((?s)\{\{!.*?\}\})");
  RE2::GlobalReplace(&body, comment, "");
  // The one way to write a form's other action that stays on this site.
  static const RE2 own_action(R"( formaction="/\{\{OTHER_LANG\}\}\{\{FORM_PATH\}\}")");
  RE2::GlobalReplace(&body, own_action, "");

  struct Rule {
    RE2 pattern;
    std::string_view why;
  };
  static const Rule rules[] = {
      {RE2(R"(\{\{%)"), "only one pragma"},
      {RE2(R"(\{\{[^}]*:none)"), "a modifier switches escaping off"},
      {RE2(R"((?i)<script[^>]*>\s*[^<\s])"), "inline script"},
      {RE2(R"((?i)<style)"), "inline style sheet"},
      {RE2(R"((?i)\s(style|formaction|xlink:href|srcdoc|on[a-z]+)\s*=)"),
       "an attribute that may not be used"},
      {RE2(R"((?i)\smaxlength\s*=)"), "maxlength, which cuts what is pasted without a word"},
      {RE2(R"(<[^>"]*(?:"[^"]*"[^>"]*)*=\s*\{\{)"), "a variable in an unquoted attribute"},
      {RE2(R"([?&][^"\s]*=\{\{[A-Z0-9_]+\}\})"), "a query value needs {{NAME:u}}"},
      {RE2(R"(</?\{\{)"), "a variable in a tag name"},
      {RE2(R"(\{\{[#/]?[a-z])"), "marker names are upper case"},
  };
  for (const Rule& rule : rules) {
    if (RE2::PartialMatch(body, rule.pattern)) return Refuse(name, rule.why);
  }
  static const RE2 post(R"((?i)method="post")");
  static const RE2 csrf(R"(\{\{>CSRF\}\})");
  if (Count(body, post) > Count(body, csrf)) return Refuse(name, "a POST form without {{>CSRF}}");

  static const RE2 markup(R"((?s)\{\{.*?\}\}|<[^>]*>|&[a-z]+;)");
  static const RE2 word(R"((?:^|[^A-Za-z])([A-Za-z]{3,}))");
  RE2::GlobalReplace(&body, markup, " ");
  std::string found;
  if (RE2::PartialMatch(body, word, &found))
    return Refuse(name, absl::StrCat("a word outside the catalogue: ", found));
  return absl::OkStatus();
}

TemplateSources::TemplateSources(const Bundle& shared, const Bundle& service) {
  for (const Bundle* bundle : {&shared, &service}) {
    for (const auto& [name, text] : bundle->templates) texts_[std::string(name)] = text;
  }
}

std::vector<std::string> TemplateSources::PageNames() const {
  std::vector<std::string> names;
  for (const auto& [file, text] : texts_) {
    if (!file.starts_with("_")) names.push_back(file.substr(0, file.rfind('.')));
  }
  return names;
}

absl::Status TemplateSources::Append(std::string_view text, int depth, std::string& out) const {
  if (depth > kDepthMax) return absl::InvalidArgumentError("partials include each other");
  text.remove_prefix(kPragma.size());
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (;;) {
    const std::size_t begin = text.find("{{>");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return absl::OkStatus();
    const std::size_t end = text.find("}}", begin);
    const std::string name(text.substr(begin + 3, end - begin - 3));
    const std::string file = absl::StrCat("_", absl::AsciiStrToLower(name), ".tpl");
    const auto partial = texts_.find(file);
    if (partial == texts_.end()) return absl::NotFoundError(absl::StrCat("no partial ", file));
    if (absl::Status linted = LintTemplate(file, partial->second); !linted.ok()) return linted;
    if (absl::Status appended = Append(partial->second, depth + 1, out); !appended.ok())
      return appended;
    text.remove_prefix(end + 2);
  }
}

absl::StatusOr<std::string> TemplateSources::Assemble(std::string_view page_name) const {
  const std::string file = absl::StrCat(std::string(page_name), ".tpl");
  const auto found = texts_.find(file);
  if (found == texts_.end()) return absl::NotFoundError(absl::StrCat("no template ", file));
  if (absl::Status linted = LintTemplate(file, found->second); !linted.ok()) return linted;
  std::string out(kPragma);
  if (absl::Status appended = Append(found->second, 0, out); !appended.ok()) {
    return absl::Status(appended.code(), absl::StrCat(file, ": ", appended.message()));
  }
  const std::string title =
      absl::StrReplaceAll(absl::AsciiStrToUpper(std::string(page_name)), {{"-", "_"}});
  return absl::StrReplaceAll(out, {{"{{T_TITLE}}", absl::StrCat("{{T_TITLE_", title, "}}")}});
}

std::vector<std::string> TextKeys(std::string_view template_text) {
  static const RE2 marker(R"(\{\{T_([A-Z0-9_]+))");
  re2::StringPiece rest(template_text.data(), template_text.size());
  std::set<std::string> keys;
  std::string key;
  while (RE2::FindAndConsume(&rest, marker, &key)) keys.insert(key);
  return {keys.begin(), keys.end()};
}

}  // namespace tamarack::pages
