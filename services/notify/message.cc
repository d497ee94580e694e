#include "services/notify/message.h"

#include "platform/rpc/json_struct.h"
#include "platform/text/text.h"
#include "services/notify/errors.h"
#include "services/notify/markdown.h"
#include "services/notify/placeholders.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

namespace tamarack::notify {

absl::StatusOr<Message> Fill(const v1::Template& from,
                             const google::protobuf::Struct& personalisation) {
  boost::json::object values = rpc::FromStruct(personalisation);
  auto missing = MissingPersonalisation(from.subject() + "\n" + from.body(), values);
  if (!missing.empty())
    return BadRequest("Missing personalisation: " + absl::StrJoin(missing, ", "));
  auto filled = [&](const std::string& text, FillMode mode) {
    return FillPlaceholders(text, values, mode, from.language());
  };
  Message message{.subject = filled(from.subject(), FillMode::kLine),
                  .body = filled(from.body(), FillMode::kPlain),
                  .markdown = filled(from.body(), FillMode::kMarkdown)};
  if (IsTooLong({message.subject, message.body, message.markdown})) return MessageTooLong();
  if (text::IsBlank(message.subject)) return BadRequest("The subject of your message is empty.");
  if (IsBlankMarkdown(message.markdown)) return BadRequest("Your message is empty.");
  return message;
}

}  // namespace tamarack::notify
