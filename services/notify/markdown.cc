#include "services/notify/markdown.h"

#include "platform/base/status.h"
#include "platform/text/text.h"
#include "services/notify/markers.h"
#include "services/notify/opaque.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <cmark.h>

#include <memory>
#include <vector>

namespace tamarack::notify {
namespace {

constexpr char kFont[] =
    "font-family:Helvetica,Arial,sans-serif;font-size:19px;line-height:1.35;color:#1a1a1a";
constexpr size_t kRuleWidth = 65;
// Deeper than this, structure is dropped and the words stay: writing is recursive, and the stack is
// finite.
constexpr int kDepthMax = 50;

struct NodeDeleter {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};

using Document = std::unique_ptr<cmark_node, NodeDeleter>;

// Without smart punctuation, which would alter web addresses; with whole texts, so that addresses
// are found in them.
Document ParseMarked(std::string_view text) {
  Document document(cmark_parse_document(text.data(), text.size(), CMARK_OPT_VALIDATE_UTF8));
  cmark_consolidate_text_nodes(document.get());
  return document;
}

Document Parse(std::string_view markdown) {
  return ParseMarked(WithOpaqueText(WithCommonMarkers(text::ValidUtf8(markdown))));
}

std::string TextOrEmpty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

// A block of code with what stands beside its fence.
std::string Literal(cmark_node* node) {
  std::string literal = TextOrEmpty(cmark_node_get_literal(node));
  if (cmark_node_get_type(node) != CMARK_NODE_CODE_BLOCK) return literal;
  std::string info = TextOrEmpty(cmark_node_get_fence_info(node));
  // Its entities are read already.
  return info.empty() ? literal : OpaqueValue(Reveal(info)) + "\n" + literal;
}

// Nobody writes code into a message: an address that was indented is text like any other. Code
// within it is words, since each level would be read whole again.
Document CodeAsText(cmark_node* node) {
  std::string text;
  for (absl::string_view line : absl::StrSplit(Literal(node), '\n')) {
    absl::StrAppend(&text, absl::StripLeadingAsciiWhitespace(line), "\n");
  }
  return ParseMarked(text);
}

// Calls back for what `marked` says, its words and its addresses.
template <class OnText, class OnUrl>
void ForEachPart(std::string_view marked, OnText on_text, OnUrl on_url) {
  while (true) {
    AddressInText found = FirstAddress(marked);
    on_text(Reveal(found.before));
    if (found.address.empty()) break;
    on_url(RevealAddress(found.address));
    marked = found.after;
  }
}

std::string Words(std::string_view marked) {
  std::string words;
  auto add = [&](std::string_view part) { words += part; };
  ForEachPart(marked, add, add);
  return words;
}

bool IsWebUrl(std::string_view url) {
  return absl::StartsWithIgnoreCase(ToAbsl(url), "https://") ||
         absl::StartsWithIgnoreCase(ToAbsl(url), "http://");
}

bool IsLinkUrl(std::string_view url) {
  return IsWebUrl(url) || absl::StartsWithIgnoreCase(ToAbsl(url), "mailto:") ||
         absl::StartsWithIgnoreCase(ToAbsl(url), "tel:");
}

bool IsLink(cmark_node* node) {
  cmark_node_type type = cmark_node_get_type(node);
  return type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE;
}

// The address of a link, or the words that stand in its place.
std::string UrlOf(cmark_node* link) {
  std::string marked = TextOrEmpty(cmark_node_get_url(link));
  std::string url = RevealAddress(marked);
  return IsLinkUrl(url) ? url : Words(marked);
}

std::string TitleOf(cmark_node* link) {
  return Words(TextOrEmpty(cmark_node_get_title(link)));
}

// What stands in the brackets behind a link's text.
std::string TitleAndUrl(cmark_node* link) {
  std::string title = TitleOf(link);
  std::string url = UrlOf(link);
  return (title.empty() ? "" : " (" + title + ")") + (url.empty() ? "" : ": " + url);
}

// All words below a node, without recursion; `separator` stands between texts. A link without a
// text has its address for one.
std::string WordsBelow(cmark_node* node, std::string_view separator) {
  std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> iterator(cmark_iter_new(node),
                                                                   &cmark_iter_free);
  std::string words;
  size_t visible_end = 0;  // behind the last word that a reader sees
  std::vector<size_t> link_begins;
  auto add = [&](const std::string& text) {
    if (!text.empty()) words.append(words.empty() ? "" : separator).append(text);
    if (!text::IsBlank(text)) visible_end = words.size();
  };
  while (true) {
    cmark_event_type event = cmark_iter_next(iterator.get());
    if (event == CMARK_EVENT_DONE) return words;
    cmark_node* below = cmark_iter_get_node(iterator.get());
    cmark_node_type type = cmark_node_get_type(below);
    if (IsLink(below) && event == CMARK_EVENT_ENTER) {
      link_begins.push_back(words.size());
    } else if (IsLink(below)) {
      if (visible_end <= link_begins.back()) add(UrlOf(below));
      link_begins.pop_back();
    } else if (event == CMARK_EVENT_ENTER) {
      bool is_break = type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK;
      add(is_break ? " " : Words(Literal(below)));
    }
  }
}

// A value may have several lines wherever it stands.
std::string TextHtml(std::string_view text) {
  return absl::StrReplaceAll(EscapeHtml(text), {{"\n", "<br>"}});
}

std::string Link(std::string_view url, std::string_view text_html, std::string_view title = {}) {
  std::string link = "<a style=\"color:#0066cc;word-wrap:break-word\" href=\"";
  link.append(EscapeHtml(url)).append("\"");
  if (!title.empty()) link.append(" title=\"").append(EscapeHtml(title)).append("\"");
  return link.append(">").append(text_html).append("</a>");
}

class HtmlWriter {
 public:
  std::string Children(cmark_node* parent) {
    if (depth_ == kDepthMax) return TextHtml(WordsBelow(parent, " "));
    ++depth_;
    std::string html;
    for (cmark_node* node = cmark_node_first_child(parent); node != nullptr;
         node = cmark_node_next(node)) {
      html += Node(node);
    }
    --depth_;
    return html;
  }

 private:
  int depth_ = 0;
  bool is_in_code_ = false;

  // `tag` may carry attributes.
  static std::string Element(std::string_view tag, std::string_view style,
                             std::string_view content) {
    std::string html = "<";
    html.append(tag).append(" style=\"").append(style).append("\">").append(content);
    tag = tag.substr(0, tag.find(' '));
    html.append("</").append(tag).append(">");
    return html;
  }

  std::string Heading(cmark_node* node) {
    // The email's frame has no h1, so the body's begin at h2, as at GOV.UK Notify.
    int level = cmark_node_get_heading_level(node);
    if (level > 2) return Element("p", std::string("margin:15px 0;") + kFont, Children(node));
    std::string style = std::string(kFont) + (level == 1 ? ";font-size:27px" : ";font-size:22px");
    return Element(level == 1 ? "h2" : "h3", style + ";margin:25px 0 10px", Children(node));
  }

  static std::string Text(std::string_view marked) {
    std::string html;
    ForEachPart(
        marked, [&](std::string_view part) { html += TextHtml(part); },
        [&](std::string_view url) {
          html += IsWebUrl(url) ? Link(url, EscapeHtml(url)) : EscapeHtml(url);
        });
    return html;
  }

  std::string LinkOrText(cmark_node* node) {
    std::string url = UrlOf(node);
    if (!IsLinkUrl(url)) return Children(node) + TextHtml(TitleAndUrl(node));
    // Text that is an address itself must not become a link in a link.
    return Link(url, TextHtml(WordsBelow(node, "")), TitleOf(node));
  }

  std::string Node(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_HEADING:
        return Heading(node);
      case CMARK_NODE_PARAGRAPH:
        return Paragraph(node);
      case CMARK_NODE_LIST: {
        return Element(ListTag(node), "margin:10px 0;padding:0 0 0 25px", Children(node));
      }
      case CMARK_NODE_ITEM:
        return Element("li", std::string("margin:5px 0;") + kFont, Children(node));
      case CMARK_NODE_BLOCK_QUOTE:
        return Element("blockquote",
                       "margin:15px 0;padding:5px 15px;border-left:10px solid #d1d1d1",
                       Children(node));
      case CMARK_NODE_THEMATIC_BREAK:
        return "<hr style=\"border:0;height:1px;background:#d1d1d1;margin:25px 0\">";
      case CMARK_NODE_TEXT:
        return Text(Literal(node));
      case CMARK_NODE_SOFTBREAK:
      case CMARK_NODE_LINEBREAK:
        return "<br>";
      case CMARK_NODE_EMPH:
        return "<em>" + Children(node) + "</em>";
      case CMARK_NODE_STRONG:
        return "<strong>" + Children(node) + "</strong>";
      case CMARK_NODE_LINK:
      case CMARK_NODE_IMAGE:
        return LinkOrText(node);
      case CMARK_NODE_CODE_BLOCK:
        return Code(node);
      case CMARK_NODE_CODE:
      case CMARK_NODE_HTML_INLINE:
        return TextHtml(Words(Literal(node)));
      default:
        return Children(node);
    }
  }

  std::string Code(cmark_node* node) {
    if (is_in_code_) return TextHtml(Words(Literal(node)));
    is_in_code_ = true;
    std::string html = Children(CodeAsText(node).get());
    is_in_code_ = false;
    return html;
  }

  // A list that goes on after an inset or a heading keeps its numbers.
  static std::string ListTag(cmark_node* node) {
    if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) return "ul";
    int start = cmark_node_get_list_start(node);
    return start == 1 ? "ol" : "ol start=\"" + std::to_string(start) + "\"";
  }

  std::string Paragraph(cmark_node* node) {
    bool is_in_item = cmark_node_get_type(cmark_node_parent(node)) == CMARK_NODE_ITEM;
    std::string html = Children(node);
    // Nothing but empty values.
    if (is_in_item || html.empty()) return html;
    return Element("p", std::string("margin:15px 0;") + kFont, html);
  }
};

class PlainTextWriter {
 public:
  std::string Children(cmark_node* parent) {
    if (depth_ == kDepthMax) return WordsBelow(parent, " ");
    ++depth_;
    std::string text;
    int number =
        cmark_node_get_type(parent) == CMARK_NODE_LIST ? cmark_node_get_list_start(parent) : 0;
    for (cmark_node* node = cmark_node_first_child(parent); node != nullptr;
         node = cmark_node_next(node)) {
      if (cmark_node_get_type(node) == CMARK_NODE_ITEM) {
        bool is_ordered = cmark_node_get_list_type(parent) == CMARK_ORDERED_LIST;
        text += is_ordered ? std::to_string(number++) + ". " : std::string("* ");
      }
      text += Node(node);
    }
    --depth_;
    return text;
  }

 private:
  int depth_ = 0;
  bool is_in_code_ = false;

  std::string Code(cmark_node* node) {
    if (is_in_code_) return Words(Literal(node)) + "\n";
    is_in_code_ = true;
    std::string text = Children(CodeAsText(node).get());
    is_in_code_ = false;
    return text;
  }

  std::string Node(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_HEADING: {
        char rule = cmark_node_get_heading_level(node) == 1 ? '=' : '-';
        return "\n" + Children(node) + "\n" + std::string(kRuleWidth, rule) + "\n\n";
      }
      case CMARK_NODE_PARAGRAPH: {
        bool is_in_item = cmark_node_get_type(cmark_node_parent(node)) == CMARK_NODE_ITEM;
        return Children(node) + (is_in_item ? "\n" : "\n\n");
      }
      case CMARK_NODE_LIST:
        return Children(node) + "\n";
      case CMARK_NODE_THEMATIC_BREAK:
        return std::string(kRuleWidth, '=') + "\n\n";
      case CMARK_NODE_SOFTBREAK:
      case CMARK_NODE_LINEBREAK:
        return "\n";
      case CMARK_NODE_TEXT:
      case CMARK_NODE_CODE:
      case CMARK_NODE_HTML_INLINE:
        return Words(Literal(node));
      case CMARK_NODE_CODE_BLOCK:
        return Code(node);
      case CMARK_NODE_LINK:
      case CMARK_NODE_IMAGE: {
        std::string text = Children(node);
        return text::IsBlank(text) || text == UrlOf(node) ? UrlOf(node) : text + TitleAndUrl(node);
      }
      default:
        return Children(node);
    }
  }
};

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string MarkdownToHtml(std::string_view markdown) {
  auto document = Parse(markdown);
  return HtmlWriter().Children(document.get());
}

bool IsBlankMarkdown(std::string_view markdown) {
  return text::IsBlank(WordsBelow(Parse(markdown).get(), ""));
}

std::string MarkdownToPlainText(std::string_view markdown) {
  auto document = Parse(markdown);
  std::string text = PlainTextWriter().Children(document.get());
  text.erase(text.find_last_not_of('\n') + 1);
  text.erase(0, text.find_first_not_of('\n'));
  return text + "\n";
}

}  // namespace tamarack::notify
