#include "services/identity/passwords/common_passwords.h"

namespace tamarack::identity {
namespace {

constexpr std::string_view kWords[] = {
    // clang-format off
    "correcthorsebatterystaple", "truenorthstrongandfree", "maytheforcebewithyou",
    "ceciestunmotdepasse", "jumpsoverthelazydog", "cestmonmotdepasse", "iforgotmypassword",
    "thatisthequestion", "thequickbrownfox", "thisismypassword", "godsavethequeen",
    "thisisapassword", "administrateur", "godsavetheking", "ihatepasswords", "iletaitunefois",
    "ontarioservice", "serviceontario", "sesameouvretoi", "administrator", "monmotdepasse",
    "onceuponatime", "thisisasecret", "tobeornottobe", "correcthorse", "dolorsitamet",
    "gouvernement", "yourpassword", "abracadabra", "jenesaispas", "jesuschrist", "liveforever",
    "newpassword", "oldpassword", "playstation", "thepassword", "utilisateur", "basketball",
    "changezmoi", "government", "loremipsum", "mapleleafs", "maplesyrup", "motdepasse",
    "mypassword", "nopassword", "opensesame", "ordinateur", "passphrase", "rememberme",
    "strawberry", "sweetheart", "temporaire", "volleyball", "alexandra", "alexandre", "barcelona",
    "bienvenue", "butterfly", "canadiens", "chocolate", "christine", "décembre", "idontknow",
    "jaioublie", "liverpool", "microsoft", "minecraft", "montréal", "princesse", "printemps",
    "something", "spiderman", "sunflower", "temporary", "babygirl", "baseball", "canadian",
    "canadien", "changeme", "chocolat", "computer", "corvette", "december", "facebook",
    "football", "fortnite", "iloveyou", "internet", "isabelle", "jennifer", "juventus",
    "mercedes", "michelle", "monamour", "montreal", "nintendo", "papillon", "passcode",
    "passw0rd", "password", "passwort", "princess", "remember", "services", "softball",
    "startrek", "starwars", "sunshine", "superman", "tamarack", "trustno1", "username",
    "vendredi", "whatever", "android", "anthony", "arsenal", "asshole", "automne", "babyboy",
    "blessed", "bonjour", "brother", "camille", "charlie", "chelsea", "chérie", "cowboys",
    "default", "famille", "ferrari", "forever", "freedom", "fuckyou", "goodbye", "iforgot",
    "invité", "ironman", "january", "janvier", "jessica", "jetaime", "letmein", "liberty",
    "loveyou", "matthew", "michael", "mustang", "nicolas", "nothing", "ocanada", "ontario",
    "pikachu", "pokemon", "porsche", "québec", "raptors", "samsung", "secrets", "service",
    "testing", "toronto", "trustme", "welcome", "william", "windows", "yankees", "youtube",
    "access", "amanda", "andrew", "angelo", "angels", "ashley", "autumn", "azerty", "banana",
    "batman", "bisous", "canada", "cheese", "cherie", "cherry", "chéri", "cookie", "coucou",
    "daniel", "doudou", "dragon", "falcon", "family", "father", "flower", "friday", "ginger",
    "google", "harley", "heaven", "hockey", "invite", "iphone", "jordan", "joshua", "jtaime",
    "julien", "lakers", "loulou", "maitre", "martin", "master", "matrix", "maxime", "monday",
    "monkey", "mother", "naruto", "nicole", "oilers", "orange", "ottawa", "peanut", "pepper",
    "pierre", "prince", "quebec", "qwerty", "qwertz", "robert", "secret", "shadow", "signin",
    "sister", "soccer", "soleil", "sophie", "spring", "summer", "sweety", "tester", "thomas",
    "winter", "admin", "amour", "angel", "apple", "cheri", "daddy", "eagle", "guest", "hello",
    "hiver", "ilove", "jesus", "leafs", "login", "logon", "lover", "lundi", "maman", "marie",
    "mommy", "mummy", "queen", "salut", "tiger", "allo", "baby", "boss", "demo", "love", "papa",
    "root", "temp", "test", "user",
    // clang-format on
};

constexpr std::string_view kRows[] = {
    // clang-format off
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1aqw2zsx3edc4rfv", "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p", "1a2z3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9j0", "1a2b3c4d5e6f7g8h9i0j", "!@#$%^&*()", "!\"/$%?&*()",
    // clang-format on
};

}  // namespace

std::span<const std::string_view> CommonPasswordWords() {
  return kWords;
}

std::span<const std::string_view> PasswordRows() {
  return kRows;
}

}  // namespace tamarack::identity
