#pragma once

#include "platform/http/message.h"
#include "tests/integration/access/probe.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace tamarack::access {

// Something that a caller may present, and what the gateway should make of it.
struct Credential {
  std::string name;
  http::Headers headers = {};
  std::string query = {};
  bool is_token = false;  // Good for methods of access TOKEN, with these scopes.
  std::set<std::string> scopes = {};
  bool is_session = false;   // Good for methods of access SESSION.
  bool is_own_form = false;  // Proves that a page of ours sent it.
  // What goes along for one request only: a proof of possession.
  std::function<http::Headers(const Probe&)> once = {};
  std::string certificate_sha256 = {};  // Of the connection.
  int refusal = 401;                    // Of methods of access TOKEN when it is not good.
  // Made of a notifications key, or taken for it by notify, which refuses it in its API's own way;
  // nothing is made of it elsewhere.
  bool is_for_notify = false;
  bool is_ascii = true;  // Every header can be handed on to a service.
};

inline Credential Bearer(std::string name, const std::string& value, int refusal = 401) {
  return {.name = std::move(name),
          .headers = {{"Authorization", "Bearer " + value}},
          .refusal = refusal};
}
inline Credential ForNotify(Credential credential) {
  credential.is_for_notify = true;
  return credential;
}
inline Credential Good(std::string name, const std::string& value, std::set<std::string> scopes) {
  Credential credential = Bearer(std::move(name), value);
  credential.is_token = true;
  credential.scopes = std::move(scopes);
  return credential;
}

}  // namespace tamarack::access
