#pragma once

#include "platform/rpc/client.h"
#include "platform/rpc/context.h"
#include "tamarack/identity/v1/directory_service.pb.h"

#include <string>
#include <string_view>

// What is set up for a ministry or one of its services names one that exists. Both ask identity and
// give the id as identity writes it, which is what to keep: as text, two spellings of a UUID are
// two. INVALID_ARGUMENT for `field` when it knows none of that id. Not for use while a transaction
// is open.
namespace tamarack::service {

Async<identity::v1::Ministry> FindMinistry(rpc::Client& identity, const rpc::Context& context,
                                           std::string_view field, const std::string& ministry_id);
// The id alone.
Async<std::string> FindService(rpc::Client& identity, const rpc::Context& context,
                               std::string_view field, const std::string& service_id);

}  // namespace tamarack::service
