#include "services/identity/migrations.h"
#include "tests/support/database.h"

#include <catch2/catch.hpp>

// Goal: migrations keep everybody, every pair that had agreed, and what is known of the words.
// Method: the schema before with its rows, migrated.
namespace tamarack::identity {
namespace {

// Those before the one of that name.
std::span<const pg::Migration> Before(const std::string& name) {
  const auto all = Migrations();
  size_t count = 0;
  while (std::string(all[count].name).find(name) == std::string::npos) ++count;
  return all.first(count);
}

TEST_CASE("Upgrade: everybody stays, and with the clients that they had agreed to", "[identity]") {
  testing::Database database{Before("person_mode")};
  auto sql = [&](const std::string& text) { return database.Execute(text); };
  for (const char* mode : {"live", "sandbox"}) {
    sql(std::string(
            "INSERT INTO oauth_client (client_id, service_id, secret_sha256, "
            "redirect_uris, scopes, purpose_en, purpose_fr, id_token_alg, mode) VALUES ('") +
        mode + "', '00000000-0000-7000-8000-000000000002', '', '{}', '{}', '', '', 'RS256', '" +
        mode + "')");
  }
  sql("INSERT INTO person (person_id, subject, email_index, key_sealed, profile_sealed, "
      "password_hash, language) SELECT gen_random_uuid(), 'person ' || n, 'email ' || n, 'k', 'p', "
      "'h', 'en' FROM generate_series(1, 3) AS n");
  auto agree = [&](int person, const std::string& client, const std::string& withdrawn) {
    std::string n = std::to_string(person);
    sql("INSERT INTO consent (consent_id, person_id, client_id, subject, scopes, claims, "
        "purpose_en, purpose_fr, client_revision, withdrawn_at) SELECT gen_random_uuid(), "
        "person_id, '" +
        client + "', 's' || " + n + ", '{}', '{}', '', '', 1, " + withdrawn +
        " FROM person WHERE subject = 'person " + n + "'");
  };
  agree(1, "live", "NULL");
  agree(1, "sandbox", "NULL");
  agree(2, "sandbox", "NULL");
  agree(3, "sandbox", "now()");
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  CHECK(sql("SELECT string_agg(subject || ' ' || mode, ', ' ORDER BY subject) FROM person") ==
        "person 1 live, person 2 live, person 3 live");
  CHECK(sql("SELECT string_agg(subject || ' ' || client_id, ', ' ORDER BY subject) FROM consent "
            "WHERE is_across_modes") == "s1 sandbox, s2 sandbox");
}

TEST_CASE("Upgrade: by what ministries have known people is stored", "[identity]") {
  testing::Database database{Before("pairwise_subject")};
  auto sql = [&](const std::string& text) { return database.Execute(text); };
  sql("INSERT INTO oauth_client (client_id, service_id, secret_sha256, redirect_uris, scopes, "
      "purpose_en, purpose_fr, id_token_alg, mode) SELECT 'client ' || n, "
      "'00000000-0000-7000-8000-000000000002', '', '{}', '{}', '', '', 'RS256', 'live' "
      "FROM generate_series(1, 2) AS n");
  sql("INSERT INTO person (person_id, subject, email_index, key_sealed, profile_sealed, "
      "password_hash, language) SELECT gen_random_uuid(), 'person ' || n, 'email ' || n, 'k', 'p', "
      "'h', 'en' FROM generate_series(1, 3) AS n");
  // One ministry, two clients, of which one was agreed to twice.
  sql("INSERT INTO consent (consent_id, person_id, client_id, subject, scopes, claims, purpose_en, "
      "purpose_fr, client_revision, withdrawn_at) SELECT gen_random_uuid(), person_id, client, "
      "'known as ' || subject, '{}', '{}', '', '', 1, ended FROM person, (VALUES ('client 1', "
      "now()), ('client 1', NULL), ('client 2', NULL)) AS given (client, ended) "
      "WHERE subject <> 'person 3'");
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  CHECK(sql("SELECT string_agg(p.subject || ': ' || s.subject, ', ' ORDER BY p.subject) "
            "FROM pairwise_subject s JOIN person p USING (person_id) "
            "WHERE sector = '00000000-0000-7000-8000-000000000001'") ==
        "person 1: known as person 1, person 2: known as person 2");
  CHECK(sql("SELECT count(*) FROM pairwise_subject") == "2");
}

TEST_CASE("Upgrade: earlier consents are in the names and words of now", "[identity]") {
  testing::Database database{Before("consent_words")};
  auto sql = [&](const std::string& text) { return database.Execute(text); };
  sql("INSERT INTO oauth_client (client_id, service_id, secret_sha256, redirect_uris, scopes, "
      "purpose_en, purpose_fr, id_token_alg, mode) VALUES ('c', "
      "'00000000-0000-7000-8000-000000000002', '', '{}', '{}', '', '', 'RS256', 'live')");
  sql("INSERT INTO person (person_id, subject, email_index, key_sealed, profile_sealed, "
      "password_hash, language) SELECT gen_random_uuid(), 's', 'e', 'k', 'p', 'h', 'en'");
  for (const char* claims : {"{address,name,email}", "{}"}) {
    sql("INSERT INTO consent (consent_id, person_id, client_id, subject, scopes, claims, "
        "purpose_en, purpose_fr, client_revision) SELECT gen_random_uuid(), person_id, 'c', '" +
        std::string(claims) + "', '{}', '" + claims + "', 'why', 'pourquoi', 1 FROM person");
  }
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  CHECK(sql("SELECT string_agg(claim_words_en::text || claim_words_fr::text, ' ' ORDER BY claims) "
            "FROM consent") ==
        "{}{} {Address,Name,\"Email address\"}{Adresse,Nom,\"Adresse courriel\"}");
  CHECK(sql("SELECT DISTINCT ministry_name_en || ', ' || service_name_en || ', ' || "
            "service_name_fr || ', ' || purpose_en || (language IS NULL)::text FROM consent") ==
        "Tamarack, My account, Mon compte, whytrue");
}

}  // namespace
}  // namespace tamarack::identity
