#pragma once

#include "gateway/plugin/snapshot.h"
#include "gateway/request/messages.h"
#include "platform/http/message.h"
#include "platform/pages/pages.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tamarack::gateway {

// The gateway's own pages for developers: the API reference at /reference, and what problems'
// `type` leads to at /problems. Each is at its bare path in the caller's language and at /en/… and
// /fr/…. Rendered when first asked for, kept until the next snapshot. On the gateway's loop only.
class OwnPages {
 public:
  OwnPages(const pages::Renderer& renderer, std::string public_url);

  // The whole answer to GET and HEAD of a raw path; null when no such page exists. Good until the
  // next call.
  const http::Response* Find(std::string_view path, Language by_header,
                             const std::shared_ptr<const Snapshot>& snapshot);

 private:
  const pages::Renderer& renderer_;
  std::string public_url_;
  std::shared_ptr<const Snapshot> snapshot_;                    // That `answers_` are of.
  std::map<std::string, http::Response, std::less<>> answers_;  // By language and path.
};

}  // namespace tamarack::gateway
