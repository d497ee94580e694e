#pragma once

#include "platform/base/status.h"

#include <chrono>
#include <string>
#include <string_view>

namespace tamarack::curl {
class Multi;
}

namespace tamarack::smtp {

// Whether mail can be handed to it: smtp:// or smtps://.
bool IsRelayUrl(std::string_view url);

// The code that a relay's reply begins with; 0 when `text` is none.
int ReplyCode(std::string_view text);
// Whether a reply that asks to try later (4xx) is about this mail or its recipient, rather than
// trouble of the relay.
bool IsAboutMail(std::string_view reply);
// Whether a mail was not sent for lack of an address, a connection, TLS, a greeting or a login:
// what would have befallen any other.
bool IsNotReached(const absl::Status& sent);

struct Mail {
  std::string url;       // smtp://host:port, or smtps:// for TLS from the first byte.
  std::string username;  // Empty: no authentication. With one TLS is required.
  std::string password;
  bool require_tls = false;  // TLS or fail; else only where the relay offers it.
  std::string ca_file = {};  // PEM: who vouches for the relay; empty: the system's authorities.
  std::string from;          // Envelope addresses, without angle brackets.
  std::string to;
  std::string message;  // RFC 5322 header and body; line ends are made CRLF, dots are stuffed here.
  std::chrono::milliseconds timeout{30'000};  // For all of it, a second connection included.
};

struct Receipt {
  std::string reply;  // The server's last line, e.g. `250 2.0.0 Ok: queued as 4F2A1`.
};

// Hands mail to a relay, by TLS whenever it is offered. Where TLS is required, or asked for by
// smtps://, the relay's certificate must be good too; where it only happens to be offered, it need
// not be: a stranger on the way could as well hide the offer (RFC 7435). Keeps connections, and
// takes a new one when the relay has hung up meanwhile; use on the loop's executor only.
class Client {
 public:
  explicit Client(curl::Multi& multi) : multi_(multi) {}

  // OK: the relay has taken responsibility for the message. Errors, with the reply in the text:
  // FAILED_PRECONDITION (5xx about this mail: never send it again), UNAVAILABLE (4xx, no
  // connection, or the relay refuses us as a client: send later), DEADLINE_EXCEEDED (too late, not
  // sent), UNKNOWN (sent whole but the answer got lost: it may have been taken), INVALID_ARGUMENT,
  // CANCELLED.
  Async<Receipt> Send(Mail mail);

 private:
  curl::Multi& multi_;
};

}  // namespace tamarack::smtp
