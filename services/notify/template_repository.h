#pragma once

#include "platform/postgres/postgres.h"

#include "tamarack/notify/v1/template_service.pb.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::notify {

// Tables `template` and `template_version`. Templates are the service's, whatever the mode of the
// key: what is tried with a test key is what goes out with a live one. The only file pair that
// holds SQL about templates.
class TemplateRepository {
 public:
  explicit TemplateRepository(pg::Pool& pool) : pool_(pool) {}

  // Adds a version; makes the template when there is none of that id. ALREADY_EXISTS when the id
  // belongs to another service.
  Async<v1::Template> Put(pg::Tx& tx, const v1::PutTemplateRequest& request,
                          std::string_view created_by);
  // The given or newest version. NOT_FOUND when the service has none of that id.
  Async<v1::Template> Find(std::string_view service_id, std::string_view template_id,
                           std::optional<int> version = {});
  Async<std::vector<v1::Template>> List(std::string_view service_id,
                                        std::optional<std::string> type);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::notify
