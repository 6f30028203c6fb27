// What is written about a message's way: the Received field, and the addresses that deliver puts into Return-Path and
// Delivered-To. RFC 5321 4.4.
#pragma once

#include <string>

#include "smtpd/session.h"

namespace mail::smtpd {

// The Received field, with LF line ends. The recipient is named when there is one only, so that nobody learns of
// others.
std::string trace_header(const Session& session, const Transaction& transaction, const std::string& id);

// An address as text, "" for the null reverse-path; one without a domain gets this host's (`origin`).
std::string with_domain(const smtp::Address& address, const std::string& origin);

// The address of the account that finally gets the mail.
std::string delivered_to(const smtp::Address& recipient, const route::Maildrop& drop, const std::string& origin);

}  // namespace mail::smtpd
