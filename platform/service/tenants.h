#pragma once

#include "platform/rpc/client.h"
#include "platform/rpc/context.h"

#include <string>
#include <string_view>

// What is set up for a ministry or one of its services names one that exists. Both ask identity and
// give INVALID_ARGUMENT for `field` when it knows none of that id.
namespace tamarack::service {

AsyncStatus CheckMinistry(rpc::Client& identity, const rpc::Context& context,
                          std::string_view field, const std::string& ministry_id);
AsyncStatus CheckService(rpc::Client& identity, const rpc::Context& context, std::string_view field,
                         const std::string& service_id);

}  // namespace tamarack::service
