#pragma once

#include <string>
#include <string_view>

// The markdown of email bodies: headings, paragraphs, lists, `^` insets, rules and links; emphasis
// as GC Notify has it. No images, no HTML (both come out as text). Read by libcmark, written here
// because mail needs inline styles.
namespace tamarack::notify {

// The body as HTML fragments for the email's frame.
std::string MarkdownToHtml(std::string_view markdown);

// The body as plain text, with links written out.
std::string MarkdownToPlainText(std::string_view markdown);

// Whether a reader of the body would see no word.
bool IsBlankMarkdown(std::string_view markdown);

// `text` with &, <, >, " and ' escaped.
std::string EscapeHtml(std::string_view text);

}  // namespace tamarack::notify
