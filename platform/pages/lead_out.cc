#include "platform/pages/lead_out.h"

namespace tamarack::pages {

Page LeadOutPage(std::string_view language, std::string_view url, std::string_view path) {
  Page page = MessagePage(language, "LEAD_OUT", "LEAD_OUT_TEXT");
  page.Path(path);
  page.Add("ONWARD").Set("ONWARD_URL", url);
  page.Add("LINK").SetText("LINK_TEXT", "CONTINUE").Set("HREF", url);
  return page;
}

}  // namespace tamarack::pages
