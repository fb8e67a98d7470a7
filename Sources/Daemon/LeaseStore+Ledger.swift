import Ledger
import Provisioning
import Responder

extension LeaseStore {
    /// Leases in the ledger; without one nothing is remembered, and nothing is acknowledged.
    init(_ ledger: Ledger?) {
        self.init(
            load: { _ in (try? ledger?.reader().leases()) ?? [] },
            store: { changes, done in
                guard let ledger else { return done("there is no database") }
                ledger.store(changes) { result in
                    switch result {
                    case .success: done(nil)
                    case .failure(let error): done("\(error)")
                    }
                }
            })
    }
}
