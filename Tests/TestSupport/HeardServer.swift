import DHCPMessages
import Packets
import Provisioning

/// That a DHCP server which is not bellhop, with a station's address, told a phone its option 66.
package func heard(
    _ address: IPv4Address, _ station: MACAddress, telling text: String, to phone: MACAddress, at time: Moment
) throws -> Event {
    let question = DHCPMessage(type: .inform, transactionID: 1, client: phone)
    var message = DHCPMessage(replyingTo: question, type: .acknowledge, server: address)
    message.options[.tftpServerName] = Array(text.utf8)[...]
    let frame = UDPFrame(
        from: station, address, port: 67, to: phone, .broadcast, port: 68, payload: message.encoded().bytes)
    let link = Link(interface: "eth1", mac: MACAddress(bits: 0x0200_0000_00ff), address: IPv4Address(192, 0, 2, 1))
    guard let server = OtherServer(message, in: frame, on: link) else { throw NoServer(address: address) }
    return Event(time: time, mac: phone, interface: link.interface, .otherServer(server))
}

package struct NoServer: Error {
    let address: IPv4Address
}
