#pragma once

#include "gateway/routing/route_table.h"
#include "platform/http/message.h"

#include <string_view>
#include <vector>

// Cross-origin resource sharing (the Fetch standard): which other web sites' scripts may read what
// the gateway answers. Never with cookies: a method that reads a session is for our own pages only.
namespace tamarack::gateway {

// True when scripts of `origin` may call the route.
bool AllowsOrigin(const Route& route, std::string_view origin);

// What an answer of the route says to a browser. To be added to errors too, so that scripts can
// read them.
void AddCorsHeaders(const http::Request& request, const Route& route, http::Response& response);

// The answer to the question that a browser asks before it sends a request of its own making.
// `route` is that of the method asked for, null where the path does not know it; `allowed` are the
// methods of the path.
http::Headers AnswerPreflight(const http::Request& request, const Route* route,
                              std::string_view allowed);

// True for such a question.
bool IsPreflight(const http::Request& request);

}  // namespace tamarack::gateway
