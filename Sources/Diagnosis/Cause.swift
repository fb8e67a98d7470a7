/// What a finding is about: stable names, which documentation and scripts go by.
package enum Cause: String, CaseIterable, Sendable {
    // Nothing wrong
    /// It has all that it needs.
    case done
    /// The same, and it is known when it will come next.
    case waitsForPoll = "waits-for-poll"

    // Not heard
    case unheard
    case notRunning = "not-running"
    case otherInterface = "other-interface"
    /// It was heard, and asked for nothing.
    case quiet
    /// It is on record, and what happened is not kept any more.
    case forgotten

    // Asked, and not answered
    case unknownPrefix = "unknown-prefix"
    /// Its family is led by something else than a URL.
    case notTold = "not-told"
    case ambiguous
    case ruleIgnores = "rule-ignores"
    case asksForOtherOption = "asks-for-other-option"
    /// Its options hold a host, and the URL says more.
    case urlDoesNotFit = "url-does-not-fit"
    case neverInforms = "never-informs"
    case leasedElsewhere = "leased-elsewhere"
    case nothingToServe = "nothing-to-serve"
    case unknownVariable = "unknown-variable"
    case schemeNotServed = "scheme-not-served"
    case switchedOff = "switched-off"
    case onlyObserved = "only-observed"
    case relayNotConfigured = "relay-not-configured"
    case wrongNetwork = "wrong-network"
    case addressDoesNotFit = "address-does-not-fit"
    case damagedRequest = "damaged-request"
    case poolEmpty = "pool-empty"
    case notLeasing = "not-leasing"
    case offerNotTaken = "offer-not-taken"
    case leaseRefused = "lease-refused"
    case tooMany = "too-many"
    case notSent = "not-sent"
    /// Another reason, in the reason's own words.
    case otherReason = "other-reason"

    // Answered, and not come
    case otherServer = "other-server"
    case otherResponder = "other-responder"
    case notifyUnanswered = "notify-unanswered"
    case notifyRefused = "notify-refused"
    case notCome = "not-come"
    case mayComeYet = "may-come-yet"
    case toldElsewhere = "told-elsewhere"

    // Came, and does not have all
    case nameDiffers = "name-differs"
    case fileMissing = "file-missing"
    case fileThereNow = "file-there-now"
    case fileForbidden = "file-forbidden"
    case wrongPassword = "wrong-password"
    case fileNotItsOwn = "file-not-its-own"
    case templateFails = "template-fails"
    case fileBrokenOff = "file-broken-off"
    case fileUnreadable = "file-unreadable"
    case unfitName = "unfit-name"
    /// It wants to do something else with files than read them.
    case notServed = "not-served"
    case fileRefused = "file-refused"
    /// It is taken for somebody who goes through the files of other phones.
    case shutOut = "shut-out"
    case stoppedFetching = "stopped-fetching"
    case stillFetching = "still-fetching"

    // Was done
    case pollOverdue = "poll-overdue"

    package var isGood: Bool { self == .done || self == .waitsForPoll }
}
