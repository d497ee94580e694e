#include "platform/postgres/composed.h"

#include <catch2/catch.hpp>

// Goal: each shape of a statement is a text of its own, which lives for ever.
namespace tamarack::pg {
namespace {

BoundStatement List(std::string_view owner, bool has_reference, bool has_state) {
  Composed list("kite.list", "SELECT name FROM kite WHERE owner = $?", owner);
  list.AddIf(has_reference, " AND reference = $?", "r");
  list.AddIf(has_state, " AND state IN ($?, $?)", 1, 2);
  list.Add(" LIMIT $?", 10);
  return list.Bind();
}

}  // namespace

TEST_CASE("Composed: parameters are numbered through, and the name says the shape", "[platform]") {
  BoundStatement both = List("o", true, true);
  CHECK(std::string(both.statement.name) == "kite.list/11");
  CHECK(std::string(both.statement.sql) ==
        "SELECT name FROM kite WHERE owner = $1 AND reference = $2 AND state IN ($3, $4) LIMIT $5");
  CHECK(both.params.values().size() == 5);
  BoundStatement one = List("o", false, true);
  CHECK(std::string(one.statement.name) == "kite.list/01");
  CHECK(std::string(one.statement.sql) ==
        "SELECT name FROM kite WHERE owner = $1 AND state IN ($2, $3) LIMIT $4");
  CHECK(one.params.values()[1] == "1");
}

TEST_CASE("Composed: one shape is one text, whatever the parameters", "[platform]") {
  BoundStatement first = List("$? '; DROP TABLE kite", true, false);
  BoundStatement second = List("o", true, false);
  CHECK(first.statement.sql == second.statement.sql);
  CHECK(first.params.values()[0] == "$? '; DROP TABLE kite");
  CHECK(std::string(Composed("kite.all", "SELECT name FROM kite").Bind().statement.name) ==
        "kite.all");
}

}  // namespace tamarack::pg
