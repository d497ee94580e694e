// Kites, made once for each key, on a real database.
#pragma once

#include "platform/idempotency/once.h"

#include "platform/crypto/hash.h"
#include "platform/rpc/errors.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"
#include "tests/support/own_principal.h"

#include "toy.pb.h"

#include <google/protobuf/wrappers.pb.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <vector>

namespace tamarack::idempotency {

namespace asio = boost::asio;
using google::protobuf::BytesValue;
using google::protobuf::StringValue;

inline std::span<const pg::Migration> Schema() {
  static const auto& sql = *new std::string([] {
    std::string all = "CREATE TABLE kite (name text NOT NULL);";
    for (const char* name : {"schema_v1.sql", "schema_v2.sql"}) {
      std::ifstream file(std::string(TAMARACK_SOURCE_DIR "/platform/idempotency/") + name);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }());
  static const auto& sha256 = *new std::string(crypto::Sha256Hex(sql));
  static const pg::Migration migrations[] = {{1, "0001_kite", sql.c_str(), sha256.c_str()}};
  return migrations;
}

inline constexpr pg::Statement kInsertKite{"kite.insert", "INSERT INTO kite (name) VALUES ($1)"};

inline StringValue Named(const std::string& name) {
  StringValue request;
  request.set_value(name);
  return request;
}

inline rpc::Context Call(const std::string& key, const std::string& service = "s1") {
  rpc::Context context;
  context.idempotency_key = key;
  testing::OwnPrincipal(context).client_id = "c1";
  testing::OwnPrincipal(context).service_id = service;
  return context;
}

inline bool IsReplayed(const rpc::Context& context) {
  for (const auto& [name, value] : context.http.headers()) {
    if (name == "idempotent-replayed") return value == "true";
  }
  return false;
}

struct Fixture {
  testing::Loop loop;
  testing::Database database{Schema()};
  pg::Pool pool{loop.executor(), database.dsn(), 4};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 'k')), "test"};
  Once once{pool, sealer};
  int made = 0;

  // Makes a kite and answers with its number.
  Async<StringValue> Make(rpc::Context& context, const google::protobuf::Message& request) {
    co_return co_await once.Run<StringValue>(
        context, request, [&](pg::Tx& tx) -> Async<StringValue> {
          CO_RETURN_IF_ERROR((co_await tx.Query(kInsertKite, "red")).status());
          co_return Named("kite " + std::to_string(++made));
        });
  }
  absl::StatusOr<StringValue> Ask(rpc::Context context, const google::protobuf::Message& request,
                                  bool* is_replayed = nullptr) {
    auto answer = loop.Await(Make(context, request));
    if (is_replayed != nullptr) *is_replayed = IsReplayed(context);
    return answer;
  }
  std::string Kites() { return database.Execute("SELECT count(*) FROM kite"); }
};

}  // namespace tamarack::idempotency
