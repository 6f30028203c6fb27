// Several users at once: a child each, one after the other, so that each can become its user.
#pragma once

#include "deliver/attempt.h"

namespace mail::deliver {

// Attempts every user; returns the exit status of the worst result: a temporary failure before a permanent
// one before success, the first of its kind.
int attempt_each(const Job& job);

// Which of two exit statuses, the earlier one first, stands for both.
int worse(int one, int other);

}  // namespace mail::deliver
