#pragma once

#include "platform/pages/bundle.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

// What happens to a template before ctemplate parses it.
namespace tamarack::pages {

// Refuses what auto-escape cannot protect or the content security policy forbids: a template
// without the pragma, `:none`, variables in unquoted attributes or tag names, inline script, style
// and event handlers, a POST form without {{>CSRF}}, and words that are not in the catalogue. Also
// `maxlength`: the service says what is too long, a browser just cuts it.
absl::Status LintTemplate(std::string_view name, std::string_view text);

// Template texts by name ("_head.tpl"), those of a service over the shared ones.
class TemplateSources {
 public:
  TemplateSources(const Bundle& shared, const Bundle& service);

  // Names of the pages: every template but the partials (those that begin with "_").
  std::vector<std::string> PageNames() const;

  // The page with its partials put in place, and {{T_TITLE}} made {{T_TITLE_<PAGE>}}. ctemplate's
  // own includes would not do: they see none of the variables around them.
  absl::StatusOr<std::string> Assemble(std::string_view page_name) const;

 private:
  absl::Status Append(std::string_view text, int depth, std::string& out) const;
  std::map<std::string, std::string_view, std::less<>> texts_;
};

// The catalogue keys that a template uses: "SIGN_IN" for {{T_SIGN_IN}}.
std::vector<std::string> TextKeys(std::string_view template_text);

}  // namespace tamarack::pages
