#include "gateway/reference/service_page.h"

#include "gateway/openapi/openapi.h"
#include "gateway/problem/problem_kind.h"
#include "gateway/reference/field_list.h"
#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace tamarack::gateway {

namespace json = boost::json;
using pages::Scope;

namespace {

// JSON with an indent of two, which people can read.
void AppendPretty(const json::value& value, int depth, std::string& out) {
  std::string indent(static_cast<size_t>(depth) * 2 + 2, ' ');
  auto end = [&](char bracket) {
    absl::StrAppend(&out, "\n", indent.substr(2));
    out += bracket;
  };
  if (value.is_object() && !value.as_object().empty()) {
    const char* before = "{\n";
    for (const auto& member : value.as_object()) {
      absl::StrAppend(&out, before, indent, json::serialize(member.key()), ": ");
      AppendPretty(member.value(), depth + 1, out);
      before = ",\n";
    }
    end('}');
  } else if (value.is_array() && !value.as_array().empty()) {
    const char* before = "[\n";
    for (const json::value& element : value.as_array()) {
      absl::StrAppend(&out, before, indent);
      AppendPretty(element, depth + 1, out);
      before = ",\n";
    }
    end(']');
  } else {
    out += json::serialize(value);
  }
}

std::string Pretty(const json::value& value) {
  std::string text;
  AppendPretty(value, 0, text);
  return text;
}

class PageWriter {
 public:
  PageWriter(std::string_view name, const json::object& document, std::string_view language)
      : document_(document), language_(language), page_("reference-service", language) {
    std::string path = absl::StrCat("/reference/", ToAbsl(name));
    page_.Path(path);
    page_.Set("NAME", ServiceTitle(name));
    page_.Set("DOCUMENT", absl::StrCat("/openapi/", ToAbsl(name), ".json"));
  }

  pages::Page Write() {
    for (const json::value& tag : document_.at("tags").as_array()) AddGroup(tag.as_object());
    for (const auto& schema : document_.at("components").at("schemas").as_object())
      AddSchema(schema.key(), schema.value().as_object());
    return std::move(page_);
  }

 private:
  void AddGroup(const json::object& tag) {
    std::string name = TextMember(tag, "name");
    Scope& group = page_.Add("GROUP");
    std::string id = "group-";
    for (char c : name) id += absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '-';
    group.Set("GROUP_NAME", name).Set("GROUP_ID", id);
    if (std::string text = TextMember(tag, "description"); !text.empty())
      AddPieces(group.Add("GROUP_ABOUT"), text);
    for (const auto& path : document_.at("paths").as_object()) {
      for (const auto& method : path.value().as_object()) {
        const json::object& operation = method.value().as_object();
        if (operation.at("tags").at(0).as_string() == name)
          AddOperation(group.Add("OPERATION"), path.key(), method.key(), operation);
      }
    }
  }

  void AddOperation(Scope& scope, std::string_view path, std::string_view method,
                    const json::object& operation) {
    std::string id = TextMember(operation, "operationId");
    std::string summary = TextMember(operation, "summary");
    scope.Set("OPERATION_ID", id).Set("SUMMARY", summary.empty() ? id : PlainText(summary));
    scope.Set("METHOD", absl::AsciiStrToUpper(absl::string_view(ToAbsl(method)))).Set("PATH", path);
    if (Member(operation, "deprecated") != nullptr) scope.Show("DEPRECATED");
    for (absl::string_view paragraph :
         absl::StrSplit(TextMember(operation, "description"), "\n\n", absl::SkipEmpty()))
      AddPieces(scope.Add("PROSE"), ToStd(paragraph));
    scope.SetText("ACCESS", AccessOf(operation.at("security").as_array()));
    if (const json::value* parameters = Member(operation, "parameters")) {
      Scope& list = scope.Add("PARAMETERS");
      for (const json::value& parameter : parameters->as_array())
        AddParameter(list.Add("PARAMETER"), parameter.as_object());
    }
    if (const json::value* body = Member(operation, "requestBody"))
      AddBody(scope.Add("BODY"), body->at("content").as_object());
    AddAnswers(scope, operation.at("responses").as_object());
  }

  static const char* AccessOf(const json::array& security) {
    if (security.empty()) return "ACCESS_PUBLIC";
    return Member(security[0].as_object(), "session") ? "ACCESS_SESSION" : "ACCESS_TOKEN";
  }

  static void AddParameter(Scope& row, const json::object& parameter) {
    const json::value* required = Member(parameter, "required");
    FillField(row, TextMember(parameter, "name"), parameter.at("schema").as_object(),
              TextMember(parameter, "description"), required != nullptr && required->as_bool(),
              TextMember(parameter, "in"));
  }

  // The schema itself, or what it refers to.
  const json::object& Resolve(const json::object& schema) const {
    std::string reference = TextMember(schema, "$ref");
    if (reference.empty()) return schema;
    std::string name = reference.substr(reference.rfind('/') + 1);
    return document_.at("components").at("schemas").at(name).as_object();
  }

  void AddBody(Scope& scope, const json::object& content) const {
    std::string media_types;
    for (const auto& media : content)
      absl::StrAppend(&media_types, media_types.empty() ? "" : ", ", ToAbsl(media.key()));
    scope.Set("MEDIA_TYPES", media_types);
    const json::object& media = content.begin()->value().as_object();
    AddProperties(scope, "BODY_FIELD", Resolve(media.at("schema").as_object()));
    if (const json::value* example = Member(media, "example"))
      scope.Add("BODY_EXAMPLE").Set("EXAMPLE", Pretty(*example));
  }

  void AddAnswers(Scope& scope, const json::object& responses) const {
    for (const auto& response : responses) {
      const json::object& answer = response.value().as_object();
      if (response.key() == "304") continue;  // for programs
      if (Member(answer, "$ref") == nullptr) {
        AddSuccess(scope.Set("SUCCESS_STATUS", response.key()), answer);
      } else {
        AddProblem(scope.Add("PROBLEM"), response.key());
      }
    }
  }

  static void AddSuccess(Scope& scope, const json::object& answer) {
    const json::value* content = Member(answer, "content");
    TypeName type{TextMember(answer, "description"), ""};
    if (content != nullptr) {
      const json::object& media = content->as_object().begin()->value().as_object();
      type = TypeOf(media.at("schema").as_object());
      if (const json::value* example = Member(media, "example"))
        scope.Add("ANSWER_EXAMPLE").Set("EXAMPLE", Pretty(*example));
    }
    scope.Set("ANSWER_TYPE", type.text);
    scope.Show(type.anchor.empty() ? "ANSWER_UNLINKED" : "ANSWER_LINKED");
    if (!type.anchor.empty()) scope.Set("ANSWER_HREF", type.anchor);
  }

  void AddProblem(Scope& row, std::string_view status) const {
    int number = 0;
    bool has_number = absl::SimpleAtoi(ToAbsl(status), &number);
    const ProblemText& text = TextOf(has_number ? KindOfHttpStatus(number) : ProblemKind::kOther);
    if (has_number) {
      row.Set("PROBLEM_STATUS", status);
    } else {
      row.SetText("PROBLEM_STATUS", "ANY_STATUS");
    }
    row.Set("PROBLEM_TITLE", language_ == "fr" ? text.title_fr : text.title_en);
    row.Set("PROBLEM_HREF", absl::StrCat("/", language_, "/problems/", ToAbsl(text.slug)));
  }

  void AddSchema(std::string_view name, const json::object& schema) {
    Scope& scope = page_.Add("SCHEMA");
    scope.Set("SCHEMA_ID", TypeAnchor(name)).Set("SCHEMA_NAME", ShortTypeName(name));
    if (std::string text = TextMember(schema, "description"); !text.empty())
      AddPieces(scope.Add("SCHEMA_ABOUT"), text);
    AddProperties(scope, "SCHEMA_FIELD", schema);
  }

  const json::object& document_;
  std::string language_;
  pages::Page page_;
};

}  // namespace

pages::Page ServicePage(std::string_view name, const json::object& document,
                        std::string_view language) {
  return PageWriter(name, document, language).Write();
}

}  // namespace tamarack::gateway
