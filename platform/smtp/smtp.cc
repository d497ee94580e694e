#include "platform/smtp/smtp.h"

#include "platform/curl/multi.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace tamarack::smtp {
namespace {

// What the callbacks of one transfer share. Lives in Send()'s frame.
struct Dialogue {
  std::string text;  // The message, all line ends CRLF.
  size_t sent = 0;
  std::string last_reply{};

  // All of it is with libcurl: from now on the relay may have the mail.
  bool IsSentWhole() const { return sent == text.size(); }
};

size_t OnReply(char* data, size_t, size_t size, void* self) {
  std::string_view line(data, size);
  line = line.substr(0, line.find_last_not_of("\r\n") + 1);
  // libcurl says QUIT after a refusal; what counts is the refusal, not the good-bye.
  if (!line.starts_with("221")) static_cast<Dialogue*>(self)->last_reply = line;
  return size;
}

size_t OnSend(char* buffer, size_t, size_t size, void* self) {
  auto& dialogue = *static_cast<Dialogue*>(self);
  size_t count = std::min(size, dialogue.text.size() - dialogue.sent);
  std::memcpy(buffer, dialogue.text.data() + dialogue.sent, count);
  dialogue.sent += count;
  return count;
}

// Line ends as SMTP wants them. A lone CR or LF would let text smuggle in a second message where
// the relay takes it for an end of line.
std::string WithCrLf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    out += "\r\n";
  }
  return out;
}

// Only what would break out of the command; whether it is an address is for the relay to say.
bool IsSafeAddress(std::string_view address) {
  return !address.empty() && address.size() <= 320 &&
         std::none_of(address.begin(), address.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == 0x7F;
         });
}

constexpr char kNotReached[] = "tamarack/smtp.not_reached";

// Whether it ended before the relay learnt anything of this mail.
bool EndedBefore(CURLcode code, const Dialogue& dialogue) {
  switch (code) {
    case CURLE_OK:
    case CURLE_ABORTED_BY_CALLBACK:
      return false;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_REMOTE_ACCESS_DENIED:  // EHLO
    case CURLE_LOGIN_DENIED:
      return true;
    default: {
      bool is_greeting = code == CURLE_WEIRD_SERVER_REPLY;
      bool wants_login = ReplyCode(dialogue.last_reply) / 10 == 53;
      return dialogue.sent == 0 && (dialogue.last_reply.empty() || is_greeting || wants_login);
    }
  }
}

absl::Status ToStatus(CURLcode code, const Dialogue& dialogue) {
  if (code == CURLE_OK) return absl::OkStatus();
  if (code == CURLE_USE_SSL_FAILED)
    return absl::UnavailableError("the relay offers no TLS, without which nothing is sent");
  int reply = ReplyCode(dialogue.last_reply);
  // Refused at MAIL, RCPT or DATA, or after the text: about this mail. At the greeting or at
  // authentication, which some relays only ask for at MAIL (RFC 4954 section 6, 53x): about us as a
  // client, which an operator mends.
  bool about_mail = (code == CURLE_SEND_ERROR || dialogue.IsSentWhole()) && reply / 10 != 53;
  if (reply >= 500 && about_mail) return absl::FailedPreconditionError(dialogue.last_reply);
  if (reply >= 400) return absl::UnavailableError(dialogue.last_reply);
  if (dialogue.IsSentWhole()) {
    return absl::UnknownError(absl::StrCat("answer lost: ", curl_easy_strerror(code)));
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError("relay too slow");
  if (code == CURLE_ABORTED_BY_CALLBACK) return absl::CancelledError("cancelled");
  return absl::UnavailableError(curl_easy_strerror(code));
}

// Whether the relay had hung up on a kept connection, as it does after a while, before it read
// anything of this mail: by 421 (RFC 5321 section 3.8) or without a word.
bool HadHungUp(CURL* easy, CURLcode code, const Dialogue& dialogue) {
  long new_connections = 1;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &new_connections);
  bool is_closed = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
  bool is_bye = ReplyCode(dialogue.last_reply) == 421 || (dialogue.last_reply.empty() && is_closed);
  return code != CURLE_OK && new_connections == 0 && dialogue.sent == 0 && is_bye;
}

absl::Status Validate(const Mail& mail) {
  if (!IsRelayUrl(mail.url)) {
    return absl::InvalidArgumentError("url: want smtp:// or smtps://");
  }
  if (!IsSafeAddress(mail.from)) return absl::InvalidArgumentError("from: not an address");
  if (!IsSafeAddress(mail.to)) return absl::InvalidArgumentError("to: not an address");
  return absl::OkStatus();
}

void SetTimeout(CURL* easy, std::chrono::milliseconds timeout) {
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
}

void SetOptions(CURL* easy, const Mail& mail, curl_slist* recipients, Dialogue& dialogue) {
  curl_easy_setopt(easy, CURLOPT_URL, mail.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // never join a resolver's thread on the loop
  SetTimeout(easy, mail.timeout);
  if (!mail.username.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, mail.username.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, mail.password.c_str());
    curl_easy_setopt(easy, CURLOPT_SASL_IR, 1L);  // without waiting to be asked
  }
  // A password never goes out in plain text.
  bool needs_tls = mail.require_tls || !mail.username.empty();
  bool is_verified = needs_tls || mail.url.starts_with("smtps://");
  curl_easy_setopt(easy, CURLOPT_USE_SSL, needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, is_verified ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, is_verified ? 2L : 0L);
  if (!mail.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, mail.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail.from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(dialogue.text.size()));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &OnSend);
  curl_easy_setopt(easy, CURLOPT_READDATA, &dialogue);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnReply);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &dialogue);
}

}  // namespace

bool IsRelayUrl(std::string_view url) {
  return url.starts_with("smtp://") || url.starts_with("smtps://");
}

int ReplyCode(std::string_view reply) {
  bool is_reply = reply.size() >= 3 && std::all_of(reply.begin(), reply.begin() + 3,
                                                   [](char c) { return c >= '0' && c <= '9'; });
  return is_reply ? std::stoi(std::string(reply.substr(0, 3))) : 0;
}

bool IsAboutMail(std::string_view reply) {
  int code = ReplyCode(reply);
  if (code / 100 != 4 || code == 421) return false;
  // The subject of an enhanced code (RFC 3463), as in `452 4.2.2`.
  bool is_enhanced = reply.size() > 7 && reply[4] == '4' && reply[5] == '.' && reply[7] == '.';
  switch (is_enhanced ? reply[6] : '0') {
    case '1':  // address
    case '2':  // mailbox
    case '6':  // content
      return true;
    case '3':  // mail system
    case '4':  // network
    case '5':  // protocol
      return false;
    default:  // of its own accord 450 alone is about the recipient (RFC 5321 section 4.2.3)
      return code == 450;
  }
}

bool IsNotReached(const absl::Status& sent) {
  return sent.GetPayload(kNotReached).has_value();
}

Async<Receipt> Client::Send(Mail mail) {
  CO_RETURN_IF_ERROR(Validate(mail));
  if (mail.timeout.count() <= 0) co_return absl::DeadlineExceededError("no time left");
  Dialogue dialogue{WithCrLf(mail.message)};
  curl::Easy easy(curl_easy_init());
  curl::List recipients(curl_slist_append(nullptr, mail.to.c_str()));
  if (!easy || !recipients) co_return absl::UnavailableError("out of memory");
  SetOptions(easy.get(), mail, recipients.get(), dialogue);
  auto end = std::chrono::steady_clock::now() + mail.timeout;
  CURLcode code = co_await multi_.Perform(easy.get());
  if (HadHungUp(easy.get(), code, dialogue)) {
    auto left =
        std::chrono::floor<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    // To libcurl nought is no limit.
    if (left.count() <= 0) co_return absl::DeadlineExceededError("relay too slow");
    SetTimeout(easy.get(), left);
    dialogue.last_reply.clear();
    curl_easy_setopt(easy.get(), CURLOPT_FRESH_CONNECT, 1L);
    code = co_await multi_.Perform(easy.get());
  }
  absl::Status status = ToStatus(code, dialogue);
  if (EndedBefore(code, dialogue)) status.SetPayload(kNotReached, absl::Cord());
  CO_RETURN_IF_ERROR(status);
  co_return Receipt{std::move(dialogue.last_reply)};
}

}  // namespace tamarack::smtp
