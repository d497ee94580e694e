#include "services/identity/subject_repository.h"

namespace tamarack::identity {
namespace {

constexpr pg::Statement kOnPlatform{
    "subject.on_platform", "SELECT subject FROM person WHERE person_id = $1 AND erased_at IS NULL"};
constexpr pg::Statement kFind{"subject.find", R"sql(
  SELECT m.ministry_id, coalesce(m.sector, m.ministry_id::text), s.subject
  FROM ministry m LEFT JOIN pairwise_subject s
    ON s.person_id = $1 AND s.sector = coalesce(m.sector, m.ministry_id::text)
  WHERE m.ministry_id = ANY ($2::uuid[]) ORDER BY 2)sql"};
// Whoever was quicker has decided.
constexpr pg::Statement kStore{"subject.store", R"sql(
  INSERT INTO pairwise_subject (person_id, sector, subject)
  SELECT $1::uuid, * FROM unnest($2::text[], $3::text[]) ON CONFLICT (person_id, sector) DO NOTHING)sql"};

}  // namespace

Async<std::string> SubjectRepository::OnPlatform(std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kOnPlatform, person_id));
  if (rows.empty()) co_return absl::NotFoundError("no such person");
  co_return std::string(rows.Text(0, 0));
}

Async<std::string> SubjectRepository::At(const std::string& ministry_id,
                                         const std::string& person_id) {
  CO_ASSIGN_OR_RETURN(auto subjects, co_await AtEach({ministry_id}, person_id));
  if (subjects.empty()) co_return absl::NotFoundError("no such ministry");
  co_return subjects.begin()->second;
}

Async<std::map<std::string, std::string>> SubjectRepository::AtEach(
    const std::vector<std::string>& ministry_ids, const std::string& person_id) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, person_id, ministry_ids));
    std::map<std::string, std::string> subjects;
    std::vector<std::string> sectors, first;
    for (int row = 0; row < rows.size(); ++row) {
      if (!rows.IsNull(row, 2)) {
        subjects.emplace(rows.Text(row, 0), rows.Text(row, 2));
        continue;
      }
      sectors.emplace_back(rows.Text(row, 1));
      first.push_back(keyring_.PairwiseSubject(sectors.back(), person_id));
    }
    if (sectors.empty()) co_return subjects;
    CO_RETURN_IF_ERROR((co_await pool_.Query(kStore, person_id, sectors, first)).status());
  }
  co_return absl::InternalError("subjects were stored but are not there");
}

}  // namespace tamarack::identity
