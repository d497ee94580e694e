#pragma once

#include "platform/pages/pages.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

// How parts of an OpenAPI document fill the templates of gateway/pages.
namespace tamarack::gateway {

// A member that must be there if anything is to be said, or null.
const boost::json::value* Member(const boost::json::object& object, std::string_view name);
// A text member; empty when there is none.
std::string TextMember(const boost::json::object& object, std::string_view name);

// Rows PIECE of a text in which backticks mark code.
void AddPieces(pages::Scope& scope, std::string_view text);
// The same text where no markup can stand.
std::string PlainText(std::string_view text);

// What a schema holds, in a word, and the id of the place that says more, if there is one.
struct TypeName {
  std::string text;
  std::string anchor;
};
TypeName TypeOf(const boost::json::object& schema);

// `tamarack.payments.v1.Payment` → `Payment`, and the id of its place on the page.
std::string ShortTypeName(std::string_view full_name);
std::string TypeAnchor(std::string_view full_name);

// Fills one row of the template _field.tpl. `where` is `path`, `query`, `header` or empty.
void FillField(pages::Scope& row, std::string_view name, const boost::json::object& schema,
               std::string_view description, bool is_required, std::string_view where = {});

// Rows `section` for the properties of an object's schema.
void AddProperties(pages::Scope& scope, std::string_view section,
                   const boost::json::object& schema);

}  // namespace tamarack::gateway
