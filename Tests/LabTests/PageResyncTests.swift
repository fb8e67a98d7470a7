import Foundation
import Packets
import Testing

extension LabTests.Files {
    @Suite(.scene(WhyScene.self)) struct PageResyncTests {
        private let lab: WhyScene = scene()

        private func row(_ mac: MACAddress) -> String { "document.querySelector('tr[data-mac=\"\(mac.colons)\"]')" }

        /// The page's, with the token.
        private func address() throws -> String {
            let state = lab.lab.folder.appending(path: "state").path
            let outcome = try Bellhop.run(lab.lab, "page", "--state", state, in: lab.server)
            let address = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(address.hasPrefix("http://127.0.0.1:8067/#token="), "\(outcome.text)")
            return address
        }

        @Test func `resync asks first, wants the token, and shows what the phone said`() throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            let phone = try SIPPhone(lab.wire, port: 5060)
            let mac = lab.wire.mac.isStation ? MACAddress(bits: 0x0004_1300_0035) : lab.wire.mac
            try phone.multicast(phone.request(mac: mac))
            _ = try phone.receive()
            guard let notify = try phone.receive()?.message else { throw LabFailure("no NOTIFY") }
            try phone.accept(notify, at: lab.server.address)
            let address = try address()
            try browser.open(address)
            try browser.wait(for: "\(row(mac)) !== null")
            #expect(try browser.text("location.hash") == "")
            try browser.run("\(row(mac)).click()")
            try browser.wait(for: "document.getElementById('detail').open")
            try browser.run("document.getElementById('resync-one').click()")
            try browser.wait(for: "document.getElementById('confirm').open")
            #expect(try browser.text("document.getElementById('confirm-text').textContent").hasPrefix("1 phone "))
            #expect(lab.bellhop.log("resync.sent", mac: mac).isEmpty)
            try browser.run("document.getElementById('confirm-yes').click()")
            guard let check = try phone.receive()?.message else { throw LabFailure("no check-sync came") }
            #expect(check["Event"]?.hasPrefix("check-sync") == true)
            try phone.accept(check, at: lab.server.address)
            try browser.wait(for: "document.getElementById('resync-answer').textContent.startsWith('1 of 1 finished, 1 took it')")
        }

        @Test func `what a phone said to resync is shown in its own dialog, and of many beneath the filter`() throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            let script = """
                const ask = window.fetch;
                window.polls = 0;
                window.told = {};
                window.fetch = async (path, options) => {
                  const answer = await ask(path, options);
                  if (!path.includes("/resync/")) return answer;
                  window.polls += 1;
                  // It stays where it began, for as long as the test looks.
                  const told = window.told[path] ??= { ...await answer.json(), done: false };
                  return new Response(JSON.stringify(told), { status: answer.status, headers: answer.headers });
                };
                """
            try browser.command("Page.addScriptToEvaluateOnNewDocument", ["source": script])
            try browser.open(address())
            // Neither answers SIP.
            let (mac, other) = (MACAddress(bits: 0x0004_1300_005d), MACAddress(bits: 0x0004_1300_005e))
            try lab.send(.inform, mac, from: IPv4Address(10, 9, 1, 0x5d))
            try lab.send(.inform, other, from: IPv4Address(10, 9, 1, 0x5e))
            try browser.wait(for: "\(row(mac)) !== null && \(row(other)) !== null")
            let answer = "document.getElementById('resync-answer').textContent"
            let progress = "document.getElementById('resync-progress').textContent"
            func resync(_ button: String) throws {
                try browser.run("document.getElementById('\(button)').click()")
                try browser.wait(for: "document.getElementById('confirm').open")
                try browser.run("document.getElementById('confirm-yes').click()")
            }
            try browser.run("\(row(mac)).click()")
            try browser.wait(for: "document.getElementById('detail').open")
            try resync("resync-one")
            try browser.wait(for: "\(answer).startsWith('0 of 1 finished')")
            try browser.run("document.getElementById('detail').close()")
            try browser.run("\(row(other)).click()")
            try browser.wait(for: "document.getElementById('detail').open")
            try browser.run("window.polls = 0")
            try browser.wait(for: "window.polls >= 2")
            #expect(try browser.text(answer) == "")
            try browser.run("document.getElementById('detail').close()")
            try browser.run(
                "const t = document.getElementById('text'); t.value = '\(other.colons)'; t.dispatchEvent(new Event('input'))")
            try browser.wait(for: "document.querySelectorAll('#phones tbody tr').length === 1")
            try resync("resync")
            try browser.wait(for: "\(progress).startsWith('0 of 1 finished')")
            try browser.run("window.polls = 0")
            try browser.wait(for: "window.polls >= 1")
            #expect(try browser.text(progress).contains(" of 1 finished"))
        }
    }
}
