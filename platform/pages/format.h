#pragma once

#include "platform/base/clock.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Dates, money and numbers as Ontario writes them in English and (Canadian) French. ICU's fr-CA has
// no "1er", uses plain spaces and pads hours, so these are ours. `language` is "en" or "fr".
namespace tamarack::pages {

// "$1,234.56", "1 234,56 $" (with NO-BREAK SPACEs). Other currencies than CAD carry their code.
std::string FormatMoney(std::int64_t cents, std::string_view language,
                        std::string_view currency = "CAD");

// "10,042", "10 042".
std::string FormatNumber(std::int64_t number, std::string_view language);

// "November 22, 2026", "22 novembre 2026", "1er mars 2026".
std::string FormatDate(std::chrono::year_month_day date, std::string_view language);

// The same from "2026-11-22" (a date in an event or a JSON answer); anything else comes back as it
// is.
std::string FormatIsoDate(std::string_view iso_date, std::string_view language);

// "2:30 p.m.", "noon", "14 h 30", "17 h".
std::string FormatTime(int hour, int minute, std::string_view language);

// "November 22, 2026 at 2:30 p.m.", "22 novembre 2026 à 14 h 30", in Ontario's time zone.
std::string FormatDateTime(TimePoint time, std::string_view language);

// "M5V 2T6" from any way of typing it; what is no Canadian postal code comes back as it is.
std::string FormatPostalCode(std::string_view postal_code);

// What follows "tel:" (RFC 3966) for a number as it is printed: "+18005550100",
// "+14165550100;ext=12". Short numbers such as 211 and those of other countries stay as they are.
std::string FormatTelephoneUri(std::string_view phone);

}  // namespace tamarack::pages
