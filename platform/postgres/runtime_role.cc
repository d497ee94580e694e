#include "platform/postgres/runtime_role.h"

#include "platform/postgres/dsn.h"
#include "platform/postgres/migrate.h"

#include <libpq-fe.h>

#include <memory>

namespace tamarack::pg {
namespace {

// $1: the role, for the statement that follows in the same transaction.
constexpr char kSetRole[] = "SELECT set_config('tamarack.runtime_role', $1, true)";

constexpr char kGrant[] = R"sql(
  DO $$
  DECLARE
    runtime text := current_setting('tamarack.runtime_role');
    runtime_id oid := (SELECT oid FROM pg_roles WHERE rolname = runtime);
    relation record;
  BEGIN
    IF runtime_id IS NULL THEN
      RAISE EXCEPTION 'there is no role %', runtime USING ERRCODE = 'check_violation';
    END IF;
    IF pg_has_role(runtime_id, current_user, 'MEMBER')
        OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = runtime_id)
        OR EXISTS (SELECT FROM pg_class WHERE relowner = runtime_id)
        OR EXISTS (SELECT FROM pg_proc WHERE proowner = runtime_id) THEN
      RAISE EXCEPTION 'role % owns what it is to serve: another must (REASSIGN OWNED)', runtime
        USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), runtime);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), runtime);
    EXECUTE format('REVOKE CREATE ON SCHEMA public FROM PUBLIC, %I', runtime);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', runtime);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', runtime);
    FOR relation IN
      SELECT c.oid::regclass AS name,
             (SELECT string_agg(a.privilege_type, ', ')
              FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
              WHERE a.grantee = c.relowner
                AND (a.privilege_type = 'SELECT'
                     OR a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
                        AND c.relname <> 'schema_migration')) AS rights
      FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %I', relation.name, runtime);
      IF relation.rights IS NOT NULL THEN
        EXECUTE format('GRANT %s ON %s TO %I', relation.rights, relation.name, runtime);
      END IF;
    END LOOP;
  END $$)sql";

constexpr Statement kOwns{"runtime_role.owns", R"sql(
  SELECT rolsuper
         OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = r.oid)
         OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
  FROM pg_roles r WHERE rolname = current_user)sql"};

absl::Status Run(PGconn* conn, const char* sql) {
  std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(conn, sql), &PQclear);
  return PQresultStatus(result.get()) == PGRES_COMMAND_OK ? absl::OkStatus()
                                                          : FromResult(result.get());
}

absl::Status Select(PGconn* conn, const char* sql, const char* argument) {
  std::unique_ptr<PGresult, void (*)(PGresult*)> result(
      PQexecParams(conn, sql, 1, nullptr, &argument, nullptr, nullptr, 0), &PQclear);
  return PQresultStatus(result.get()) == PGRES_TUPLES_OK ? absl::OkStatus()
                                                         : FromResult(result.get());
}

}  // namespace

absl::Status GrantToRuntimeRole(const std::string& owner_dsn, const std::string& role) {
  auto keywords = ParseDsn(owner_dsn);
  if (!keywords.ok()) return keywords.status();
  std::unique_ptr<PGconn, void (*)(PGconn*)> conn(Connect(*std::move(keywords), &PQconnectdbParams),
                                                  &PQfinish);
  if (PQstatus(conn.get()) != CONNECTION_OK)
    return absl::UnavailableError(PQerrorMessage(conn.get()));
  PQsetNoticeProcessor(conn.get(), [](void*, const char*) {}, nullptr);
  absl::Status status = LockSchema(conn.get());
  if (status.ok()) status = Run(conn.get(), "BEGIN");
  if (status.ok()) status = Select(conn.get(), kSetRole, role.c_str());
  if (status.ok()) status = Run(conn.get(), kGrant);
  if (status.ok()) status = Run(conn.get(), "COMMIT");
  return status;
}

AsyncStatus CheckRuntimeRole(Pool& pool) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(kOwns));
  if (rows.empty() || !rows.Bool(0, 0)) co_return absl::OkStatus();
  co_return absl::FailedPreconditionError(
      "the role that serves owns its database: it can change rights and triggers");
}

}  // namespace tamarack::pg
