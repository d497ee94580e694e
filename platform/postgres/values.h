#pragma once

#include "platform/base/clock.h"

#include <libpq-fe.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tamarack::pg {

// One named SQL text, prepared once per connection. The name (`table.verb`) is the metric label and
// the prepared name. Declare them `constexpr` in the anonymous namespace beside the repository.
struct Statement {
  const char* name;
  const char* sql;
};

// Marks a parameter as `bytea`.
struct Bytes {
  std::string_view octets;
};

// Parameters in text format: bool, integers and enums, double, text, Bytes, time points, nullopt,
// optional<T>, and vectors or spans of these (PostgreSQL arrays, for `unnest($1::text[], …)`).
class Params {
 public:
  template <class... A>
  explicit Params(const A&... a) {
    values_.reserve(sizeof...(a));
    (Add(a), ...);
  }
  template <class... A>
  void Append(const A&... a) {
    (Add(a), ...);
  }
  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  template <class T>
  void Add(const T& value) {
    values_.push_back(Encode(value));
  }
  template <class T>
  static std::optional<std::string> Encode(const T& value) {
    if constexpr (std::is_same_v<T, std::nullopt_t>) {
      return std::nullopt;
    } else if constexpr (std::is_same_v<T, bool>) {
      return value ? "t" : "f";
    } else if constexpr (std::is_enum_v<T>) {
      return std::to_string(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::integral<T>) {
      return std::to_string(value);
    } else if constexpr (std::floating_point<T>) {
      return EncodeDouble(static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return EncodeBytes(value.octets);
    } else if constexpr (std::same_as<T, TimePoint>) {
      return EncodeTime(value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      return std::string(std::string_view(value));
    } else if constexpr (requires { value.has_value(); }) {
      return value.has_value() ? Encode(*value) : std::nullopt;
    } else {
      static_assert(!std::is_same_v<Element<T>, char>,
                    "text must be a std::string_view: use ToStd()");
      std::vector<std::optional<std::string>> items;
      for (size_t i = 0; i < value.size(); ++i) {
        items.push_back(Encode(static_cast<const Element<T>&>(value[i])));
      }
      return EncodeArray(items);
    }
  }
  template <class T>  // vector<bool> hands out proxies: name the element, do not deduce it
  using Element = std::remove_cv_t<typename T::value_type>;

  static std::string EncodeDouble(double value);
  static std::string EncodeBytes(std::string_view octets);
  static std::string EncodeTime(TimePoint time);
  static std::string EncodeArray(std::span<const std::optional<std::string>> items);

  std::vector<std::optional<std::string>> values_;
};

// A finished result set. Cheap to move, never null. Rows and columns count from 0. The views live
// as long as the Rows. NULL reads as "", 0, false: ask IsNull where it matters.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, &PQclear) {}

  int size() const { return PQntuples(result_.get()); }
  bool empty() const { return size() == 0; }
  // Rows that an INSERT, UPDATE or DELETE touched.
  int64_t affected() const;

  bool IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  std::string_view Text(int row, int column) const;
  std::optional<std::string> OptionalText(int row, int column) const;
  int64_t Int(int row, int column) const;
  bool Bool(int row, int column) const { return Text(row, column) == "t"; }
  double Double(int row, int column) const;
  std::string Bytes(int row, int column) const;
  // A timestamptz, in microseconds since 1970-01-01 UTC; ±infinity is INT64_MAX or INT64_MIN, and
  // so is what lies beyond the year 32767.
  int64_t TimeMicros(int row, int column) const;
  // The elements of a one-dimensional array; a NULL element reads as "".
  std::vector<std::string> TextArray(int row, int column) const;

 private:
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

// One statement with its parameters, for QueryAll.
struct BoundStatement {
  template <class... A>
  explicit BoundStatement(const Statement& statement_, const A&... args)
      : statement(statement_), params(args...) {}
  BoundStatement(const Statement& statement_, Params params_)
      : statement(statement_), params(std::move(params_)) {}
  Statement statement;
  Params params;
};

}  // namespace tamarack::pg
