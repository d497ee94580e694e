// A statement of parts that are there or not, as lists with filters need it: each shape is a text
// of its own, so that its plan may use the index made for it.
//
//   pg::Composed list("payment.list", "SELECT payment_id FROM payment WHERE service_id = $?", id);
//   list.AddIf(!reference.empty(), " AND reference = $?", reference);
//   list.Add(" ORDER BY created_at DESC LIMIT $?", limit);
//   CO_ASSIGN_OR_RETURN(auto results, co_await pool.QueryAll(list.Bind()));
#pragma once

#include "platform/postgres/values.h"

#include <string>
#include <string_view>
#include <type_traits>

namespace tamarack::pg {

// A text of the program's own (nothing that came in compiles here), with a `$?` for each parameter.
template <class... A>
struct PartOf {
  template <size_t n>
  consteval PartOf(const char (&sql)[n]) : text(sql) {  // NOLINT(google-explicit-constructor)
    size_t holes = 0;
    for (size_t i = 0; i + 1 < n; ++i) holes += sql[i] == '$' && sql[i + 1] == '?';
    if (holes != sizeof...(A)) throw "a `$?` for each parameter";
  }
  std::string_view text;
};
template <class... A>
using Part = PartOf<std::type_identity_t<A>...>;

class Composed {
 public:
  template <class... A>
  explicit Composed(const char* name, Part<A...> part, const A&... args) : name_(name) {
    Add(part, args...);
  }

  template <class... A>
  void Add(Part<A...> part, const A&... args) {
    AddText(part.text);
    params_.Append(args...);
  }
  // The name says which of these are there: "payment.list/010".
  template <class... A>
  void AddIf(bool is_there, Part<A...> part, const A&... args) {
    shape_ += is_there ? '1' : '0';
    if (is_there) Add(part, args...);
  }

  // Keeps one text for each shape, for ever.
  pg::BoundStatement Bind() const;

 private:
  void AddText(std::string_view part);

  std::string name_;
  std::string shape_;
  std::string text_;
  int holes_ = 0;
  Params params_;
};

}  // namespace tamarack::pg
