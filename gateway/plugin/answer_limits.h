#pragma once

#include "gateway/routing/plugin.h"
#include "platform/http/message.h"

#include <string>
#include <string_view>
#include <vector>

// What a plug-in may say in an answer: nothing that reaches beyond it, whatever its metadata asks
// for. The platform's own services are not asked.
namespace tamarack::gateway {

// Takes out of `headers` what is not the plug-in's to say: cookies that are not its own or are for
// other hosts, and all of them unless the answer is `at_its_origin`; orders to the browser about
// the whole site (Clear-Site-Data) or about credentials (WWW-Authenticate). Returns the names of
// what was taken out.
std::vector<std::string> RemoveForeign(const Plugin& plugin, bool at_its_origin,
                                       http::Headers& headers);

// Whether a browser may run what comes with this Content-Type, as a page or as a page's script,
// with the rights of the origin that it comes from. True for what cannot be read.
bool MayRun(std::string_view content_type);

}  // namespace tamarack::gateway
