import Ledger
import Provisioning
import Responder

extension LeaseStore {
    /// Leases in the ledger; without one nothing can be loaded, and nothing is acknowledged.
    init(_ ledger: Ledger?) {
        self.init(
            load: { () throws(Unreadable) in
                guard let ledger else { throw Unreadable("there is no database; the log says why") }
                do throws(LedgerError) {
                    return try ledger.reader().leases()
                } catch {
                    throw Unreadable("\(error)" + (error.isDamage ? "; the next start sets a damaged database aside" : ""))
                }
            },
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
