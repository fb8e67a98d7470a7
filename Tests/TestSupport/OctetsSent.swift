import Responder

extension [NotifyExchanges.Action] {
    /// Octets of SIP that go out by these.
    package var octetsSent: Int {
        reduce(0) { sum, action in
            switch action {
            case .sendOkay(let answer, _): sum + answer.okay.count
            case .sendNotify(let answer, _, _): sum + answer.notify.count
            case .answered, .unanswered: sum
            }
        }
    }
}
