#include "services/notify/markdown.h"

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

// GOV.UK Notify's `^ text` is CommonMark's block quote.
std::string InsetsToQuotes(std::string_view markdown) {
  std::string text;
  bool at_line_start = true;
  for (char c : markdown) {
    text += at_line_start && c == '^' ? '>' : c;
    at_line_start = c == '\n' || c == '\r';
  }
  return text;
}

// Without smart punctuation, which would alter web addresses; with whole texts, so that addresses
// are found in them.
std::unique_ptr<cmark_node, NodeDeleter> Parse(std::string_view markdown) {
  std::string text = InsetsToQuotes(markdown);
  std::unique_ptr<cmark_node, NodeDeleter> document(
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_VALIDATE_UTF8));
  cmark_consolidate_text_nodes(document.get());
  return document;
}

std::string_view Literal(cmark_node* node) {
  const char* literal = cmark_node_get_literal(node);
  return literal == nullptr ? std::string_view() : std::string_view(literal);
}

// All words below a node, without recursion; `separator` stands between texts.
std::string WordsBelow(cmark_node* node, std::string_view separator) {
  std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> iterator(cmark_iter_new(node),
                                                                   &cmark_iter_free);
  std::string words;
  while (cmark_iter_next(iterator.get()) != CMARK_EVENT_DONE) {
    cmark_node* below = cmark_iter_get_node(iterator.get());
    std::string_view literal =
        cmark_node_get_type(below) == CMARK_NODE_SOFTBREAK ? " " : Literal(below);
    if (!literal.empty()) words.append(words.empty() ? "" : separator).append(literal);
  }
  return words;
}

bool IsWebUrl(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

// Splits `text` into words and web addresses, and calls back for each.
template <class OnText, class OnUrl>
void ForEachUrl(std::string_view text, OnText on_text, OnUrl on_url) {
  size_t done = 0;
  size_t at = 0;
  while ((at = text.find("http", at)) != std::string_view::npos) {
    if (!IsWebUrl(text.substr(at))) {
      at += 4;
      continue;
    }
    size_t end = std::min(text.find_first_of(" \t\n<>\"", at), text.size());
    while (end > at && std::string_view(".,;:!?)'").find(text[end - 1]) != std::string_view::npos)
      --end;
    on_text(text.substr(done, at - done));
    on_url(text.substr(at, end - at));
    done = at = end;
  }
  on_text(text.substr(done));
}

std::string Link(std::string_view url, std::string_view text_html) {
  std::string link = "<a style=\"color:#0066cc;word-wrap:break-word\" href=\"";
  link.append(EscapeHtml(url)).append("\">").append(text_html).append("</a>");
  return link;
}

class HtmlWriter {
 public:
  std::string Children(cmark_node* parent) {
    if (depth_ == kDepthMax) return EscapeHtml(WordsBelow(parent, " "));
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

  std::string Text(std::string_view text) {
    std::string html;
    ForEachUrl(
        text, [&](std::string_view part) { html += EscapeHtml(part); },
        [&](std::string_view url) { html += Link(url, EscapeHtml(url)); });
    return html;
  }

  std::string LinkOrText(cmark_node* node) {
    std::string_view url = cmark_node_get_url(node) == nullptr ? "" : cmark_node_get_url(node);
    if (!IsWebUrl(url) && !url.starts_with("mailto:") && !url.starts_with("tel:"))
      return Children(node);
    // Text that is an address itself must not become a link in a link.
    return Link(url, EscapeHtml(WordsBelow(node, "")));
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
        return LinkOrText(node);
      case CMARK_NODE_IMAGE:
        return Children(node);
      case CMARK_NODE_CODE_BLOCK:
      case CMARK_NODE_HTML_BLOCK:
        return Element("p", std::string("margin:15px 0;") + kFont, EscapeHtml(Literal(node)));
      case CMARK_NODE_CODE:
      case CMARK_NODE_HTML_INLINE:
        return EscapeHtml(Literal(node));
      default:
        return Children(node);
    }
  }

  // A list that goes on after an inset or a heading keeps its numbers.
  static std::string ListTag(cmark_node* node) {
    if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) return "ul";
    int start = cmark_node_get_list_start(node);
    return start == 1 ? "ol" : "ol start=\"" + std::to_string(start) + "\"";
  }

  std::string Paragraph(cmark_node* node) {
    bool is_in_item = cmark_node_get_type(cmark_node_parent(node)) == CMARK_NODE_ITEM;
    return is_in_item ? Children(node)
                      : Element("p", std::string("margin:15px 0;") + kFont, Children(node));
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
        return std::string(Literal(node));
      case CMARK_NODE_CODE_BLOCK:
      case CMARK_NODE_HTML_BLOCK:
        return std::string(Literal(node)) + "\n";
      case CMARK_NODE_LINK: {
        std::string text = Children(node);
        std::string url = cmark_node_get_url(node) == nullptr ? "" : cmark_node_get_url(node);
        return text == url ? url : text + ": " + url;
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

std::string MarkdownToPlainText(std::string_view markdown) {
  auto document = Parse(markdown);
  std::string text = PlainTextWriter().Children(document.get());
  while (text.starts_with('\n')) text.erase(0, 1);
  while (text.ends_with('\n')) text.pop_back();
  return text + "\n";
}

}  // namespace tamarack::notify
