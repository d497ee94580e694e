#include "services/notify/template_repository.h"

#include "platform/base/id.h"
#include "platform/postgres/composed.h"
#include "platform/rpc/json_struct.h"
#include "services/notify/placeholders.h"

namespace tamarack::notify {
namespace {

constexpr char kDefaultLanguage[] = "en";

#define TEMPLATE_COLUMNS                                                                          \
  "t.template_id, t.type, t.name, "                                                               \
  "to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "               \
  "to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), v.created_by, " \
  "v.version, v.subject, v.body, v.language"

// No row comes back when the id belongs to another service.
constexpr pg::Statement kPut{"template.put", R"sql(
  INSERT INTO template (template_id, service_id, type, name, current_version) VALUES ($1, $2, $3, $4, 1)
  ON CONFLICT (template_id) DO UPDATE
    SET name = excluded.name, current_version = template.current_version + 1, updated_at = now()
    WHERE template.service_id = excluded.service_id
  RETURNING current_version)sql"};
constexpr pg::Statement kInsertVersion{"template_version.insert", R"sql(
  INSERT INTO template_version (template_id, version, subject, body, language, created_by)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};
constexpr pg::Statement kFind{"template.find", "SELECT " TEMPLATE_COLUMNS R"sql(
  FROM template t JOIN template_version v ON v.template_id = t.template_id AND v.version = coalesce($3, t.current_version)
  WHERE t.template_id = $1 AND t.service_id = $2)sql"};
v1::Template Decode(const pg::Rows& rows, int row) {
  v1::Template result;
  result.set_id(std::string(rows.Text(row, 0)));
  result.set_type(std::string(rows.Text(row, 1)));
  result.set_name(std::string(rows.Text(row, 2)));
  result.set_created_at(std::string(rows.Text(row, 3)));
  if (!rows.IsNull(row, 4)) result.set_updated_at(std::string(rows.Text(row, 4)));
  result.set_created_by(std::string(rows.Text(row, 5)));
  result.set_version(static_cast<int>(rows.Int(row, 6)));
  result.set_subject(std::string(rows.Text(row, 7)));
  result.set_body(std::string(rows.Text(row, 8)));
  result.set_language(std::string(rows.Text(row, 9)));
  boost::json::object personalisation;
  for (const auto& name : PlaceholderNames(result.subject() + "\n" + result.body())) {
    personalisation[name] = {{"required", true}};
  }
  *result.mutable_personalisation() = rpc::ToStruct(personalisation);
  return result;
}

}  // namespace

Async<v1::Template> TemplateRepository::Put(pg::Tx& tx, const v1::PutTemplateRequest& request,
                                            std::string_view created_by) {
  std::string id = request.has_id() ? request.id() : NewUuid();
  std::string language = request.language().empty() ? kDefaultLanguage : request.language();
  CO_ASSIGN_OR_RETURN(
      auto put, co_await tx.Query(kPut, id, request.service_id(), request.type(), request.name()));
  if (put.empty())
    co_return absl::AlreadyExistsError("the id belongs to another service's template");
  CO_ASSIGN_OR_RETURN(auto inserted,
                      co_await tx.Query(kInsertVersion, id, put.Int(0, 0), request.subject(),
                                        request.body(), language, created_by));
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kFind, id, request.service_id(), std::nullopt));
  co_return Decode(rows, 0);
}

Async<v1::Template> TemplateRepository::Find(std::string_view service_id,
                                             std::string_view template_id,
                                             std::optional<int> version) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, template_id, service_id, version));
  if (rows.empty()) co_return absl::NotFoundError("No result found");
  co_return Decode(rows, 0);
}

Async<std::vector<v1::Template>> TemplateRepository::List(std::string_view service_id,
                                                          std::optional<std::string> type) {
  pg::Composed list("template.list",
                    "SELECT " TEMPLATE_COLUMNS
                    " FROM template t JOIN template_version v ON v.template_id = t.template_id "
                    "AND v.version = t.current_version WHERE t.service_id = $?",
                    service_id);
  list.AddIf(type.has_value(), " AND t.type = $?", type);
  list.Add(" ORDER BY t.name, t.template_id LIMIT 1000");
  CO_ASSIGN_OR_RETURN(auto results, co_await pool_.QueryAll(list.Bind()));
  const pg::Rows& rows = results.front();
  std::vector<v1::Template> templates;
  for (int row = 0; row < rows.size(); ++row) templates.push_back(Decode(rows, row));
  co_return templates;
}

}  // namespace tamarack::notify
