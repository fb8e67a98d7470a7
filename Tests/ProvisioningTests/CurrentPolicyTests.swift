import Dispatch
import Foundation
import Testing
import VendorCatalogue

@testable import Provisioning

@Suite struct `The policy in force` {
    private let current = CurrentPolicy(Policy(settings: Settings(), catalogue: Catalogue([]), tree: TreeSnapshot()))

    @Test func `who answers phones waits for nobody who makes another`() {
        let isRead = DispatchSemaphore(value: 0)
        current.update { [current] before in
            Thread.detachNewThread {
                _ = current.value
                isRead.signal()
            }
            #expect(isRead.wait(timeout: .now() + 10) == .success)
            return before
        }
    }

    @Test func `of changes that are made at once none is lost`() {
        let ports = current.value.settings.httpPort
        DispatchQueue.concurrentPerform(iterations: 100) { _ in
            current.update { policy in
                var settings = policy.settings
                settings.httpPort += 1
                return policy.with(settings, policy.catalogue)
            }
        }
        #expect(current.value.settings.httpPort == ports + 100)
    }
}
