import Packets
import Testing

@testable import Provisioning

@Suite struct AddressQueueTests {
    private let all = (0..<10_000 as Range<UInt32>).map(IPv4Address.init(bits:))

    @Test func `T3 an address is in it once, however often it is put in, and has its place from the first time`() {
        var queue = AddressQueue()
        for _ in 0..<3 { for address in all { queue.append(address) } }
        var popped: [IPv4Address] = []
        while let address = queue.popFirst() { popped.append(address) }
        #expect(popped == all && queue.isEmpty)
    }

    @Test func `what was taken out comes behind the rest when it is put in again`() {
        var queue = AddressQueue()
        for address in all { queue.append(address) }
        for place in 0..<30_000 {
            let address = queue.popFirst()
            #expect(address == all[place % all.count])
            if let address { queue.append(address) }
        }
    }
}
