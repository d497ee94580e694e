#include "gateway/routing/template.h"

#include "gateway/request/uri.h"
#include "platform/base/status.h"
#include "platform/base/url.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

using Kind = PathTemplate::Segment::Kind;

constexpr size_t kSegmentsMax = 100;  // As deep as the router goes.

// RFC 3986 pchar without the colon, which starts a verb.
bool IsLiteralChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-._~!$&'()+,;=@%").find(c) != std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { result_.text = std::string(text); }

  absl::StatusOr<PathTemplate> Parse() {
    if (!Consume('/')) return Error("must start with a slash");
    if (!AtEnd() && Peek() != ':') {
      if (auto status = Segments(false); !status.ok()) return status;
    }
    if (Consume(':')) {
      auto verb = Literal();
      if (!verb.ok()) return verb.status();
      result_.verb = *std::move(verb);
    }
    if (!AtEnd())
      return Error(absl::StrCat("unexpected `",
                                ToAbsl(text::FirstCharacters(text_.substr(position_), 1)), "`"));
    if (result_.segments.size() > kSegmentsMax) return Error("more than 100 segments");
    return std::move(result_);
  }

 private:
  bool AtEnd() const { return position_ == text_.size(); }
  char Peek() const { return text_[position_]; }
  bool Consume(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++position_;
    return true;
  }
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "template \"", result_.text, "\": ", ToAbsl(what), " at character ", position_ + 1));
  }

  absl::Status Segments(bool in_variable) {
    do {
      if (auto status = OneSegment(in_variable); !status.ok()) return status;
    } while (Consume('/'));
    return absl::OkStatus();
  }

  absl::Status OneSegment(bool in_variable) {
    if (Consume('{')) {
      if (in_variable) return Error("variables cannot be nested");
      return VariableSegment();
    }
    if (Consume('*')) {
      bool is_double = Consume('*');
      if (has_double_star_) return Error("only literals may follow `**`");
      has_double_star_ = is_double;
      result_.segments.push_back({is_double ? Kind::kDoubleStar : Kind::kStar, ""});
      return absl::OkStatus();
    }
    auto literal = Literal();
    if (!literal.ok()) return literal.status();
    result_.segments.push_back({Kind::kLiteral, *std::move(literal)});
    return absl::OkStatus();
  }

  absl::Status VariableSegment() {
    PathTemplate::Variable variable{{}, result_.segments.size(), 0, false};
    do {
      auto identifier = Identifier();
      if (!identifier.ok()) return identifier.status();
      variable.field_path.push_back(*std::move(identifier));
    } while (Consume('.'));
    if (Consume('=')) {
      if (auto status = Segments(true); !status.ok()) return status;
    } else {
      if (has_double_star_) return Error("only literals may follow `**`");
      result_.segments.push_back({Kind::kStar, ""});
    }
    if (!Consume('}')) return Error("expected `}`");
    variable.count = result_.segments.size() - variable.first;
    variable.is_multi = variable.count > 1 || result_.segments.back().kind == Kind::kDoubleStar;
    for (const auto& other : result_.variables) {
      if (other.field_path == variable.field_path) return Error("the same field is bound twice");
    }
    result_.variables.push_back(std::move(variable));
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Identifier() {
    size_t begin = position_;
    while (!AtEnd() && (absl::ascii_isalnum(static_cast<unsigned char>(Peek())) || Peek() == '_'))
      ++position_;
    std::string_view identifier = text_.substr(begin, position_ - begin);
    if (identifier.empty()) return Error("expected a field name");
    if (absl::ascii_isdigit(static_cast<unsigned char>(identifier[0])))
      return Error("a field name starts with a letter");
    return std::string(identifier);
  }

  absl::StatusOr<std::string> Literal() {
    size_t begin = position_;
    while (!AtEnd() && IsLiteralChar(Peek())) ++position_;
    if (position_ == begin) return Error("expected a literal");
    auto decoded = PercentDecode(text_.substr(begin, position_ - begin), false);
    if (!decoded || !IsUtf8(*decoded)) return Error("bad escape");
    return *std::move(decoded);
  }

  std::string_view text_;
  size_t position_ = 0;
  bool has_double_star_ = false;
  PathTemplate result_;
};

}  // namespace

absl::StatusOr<PathTemplate> ParseTemplate(std::string_view text) {
  return Parser(text).Parse();
}

std::string PathTemplate::Pattern() const {
  std::string pattern;
  for (const Segment& segment : segments) {
    pattern += '/';
    pattern += segment.kind == Kind::kStar         ? "*"
               : segment.kind == Kind::kDoubleStar ? "**"
                                                   : segment.literal;
  }
  if (segments.empty()) pattern = "/";
  if (!verb.empty()) absl::StrAppend(&pattern, ":", verb);
  return pattern;
}

namespace {

// A page's language is one of two, so that other words in its place are no path of the page.
bool IsNoLanguage(const PathTemplate& path_template, size_t position, const std::string& word) {
  for (const auto& variable : path_template.variables) {
    bool is_language = variable.first == position && variable.count == 1 &&
                       variable.field_path == std::vector<std::string>{"lang"};
    if (is_language) return word != "en" && word != "fr";
  }
  return false;
}

}  // namespace

bool IsWithin(const PathTemplate& one, const std::vector<std::string>& paths) {
  std::string pattern = one.Pattern();
  return paths.empty() || std::ranges::any_of(paths, [&](const std::string& path) {
           if (!pattern.starts_with(path)) return false;
           std::string_view rest = std::string_view(pattern).substr(path.size());
           return path.ends_with('/') || rest.empty() || rest[0] == '/' || rest[0] == ':';
         });
}

bool MayTakeFrom(const PathTemplate& a, const PathTemplate& b) {
  bool have_parted = false, is_more_exact = true;
  for (size_t i = 0;; ++i) {
    bool a_ends = i == a.segments.size(), b_ends = i == b.segments.size();
    if (a_ends && b_ends) return is_more_exact;
    Kind of_a = a_ends ? Kind::kLiteral : a.segments[i].kind;
    Kind of_b = b_ends ? Kind::kLiteral : b.segments[i].kind;
    if (!have_parted && of_a != of_b) {
      have_parted = true;
      is_more_exact = of_a < of_b;  // In the order in which the router tries them.
    }
    // What follows it is not looked at: there are paths for it, or might be.
    if (of_a == Kind::kDoubleStar || of_b == Kind::kDoubleStar) return is_more_exact;
    if (a_ends || b_ends) return false;
    const std::string &word_of_a = a.segments[i].literal, &word_of_b = b.segments[i].literal;
    if (of_a == of_b && word_of_a != word_of_b) return false;
    if (of_a < of_b && IsNoLanguage(b, i, word_of_a)) return false;
    if (of_b < of_a && IsNoLanguage(a, i, word_of_b)) return false;
  }
}

}  // namespace tamarack::gateway
