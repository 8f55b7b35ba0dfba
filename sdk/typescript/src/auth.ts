import { path, type CallOptions, type Transport } from "./transport.js"
import type { Me, NewOwnerToken, Owner, OwnerToken, Session } from "./types.js"

/** Signs owners up and in and keeps their tokens. */
export class Auth {
  constructor(private readonly transport: Transport) {}

  /** Makes a new owner and signs it in. */
  signUp(owner: { name: string; email: string; password: string }, options?: CallOptions): Promise<Session> {
    return this.transport.call({ method: "POST", path: "/auth/sign-up", body: owner, options })
  }

  /** Signs in; the session's `token` serves as `ownerToken` of a new client. */
  signIn(email: string, password: string, options?: CallOptions): Promise<Session> {
    return this.transport.call({ method: "POST", path: "/auth/sign-in", body: { email, password }, options })
  }

  /** Ends the session whose token this client holds; an owner token is ended by revokeToken. */
  async signOut(options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "POST", path: "/auth/sign-out", caller: "owner", repeatable: true, options })
  }

  /** Who this client is. */
  me(options?: CallOptions): Promise<Me> {
    return this.transport.call({ method: "GET", path: "/me", caller: "either", options })
  }

  /** Gives the owner another name. */
  rename(name: string, options?: CallOptions): Promise<Owner> {
    return this.transport.call({ method: "PATCH", path: "/me", caller: "owner", body: { name }, options })
  }

  /** Replaces the owner's password; all other sessions end. */
  async changePassword(currentPassword: string, newPassword: string, options?: CallOptions): Promise<void> {
    const body = { currentPassword, newPassword }
    await this.transport.call({ method: "POST", path: "/me/password", caller: "owner", body, options })
  }

  /** Confirms a mail address with the token of the mailed link. */
  verifyEmail(token: string, options?: CallOptions): Promise<Owner> {
    return this.transport.call({ method: "POST", path: "/auth/verify-email", body: { token }, options })
  }

  /** Has a link to a new password sent to an address; succeeds also for one that nobody has. */
  async forgotPassword(email: string, options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "POST", path: "/auth/forgot-password", body: { email }, options })
  }

  /** Chooses a new password with the token of a mailed link; all sessions end, with `revokeTokens` owner tokens too. */
  resetPassword(reset: { token: string; newPassword: string; revokeTokens?: boolean }, options?: CallOptions): Promise<Owner> {
    return this.transport.call({ method: "POST", path: "/auth/reset-password", body: reset, options })
  }

  /** Makes an owner token, valid for ever without `expiresInDays`. Keep `token`: it shows only now. */
  createToken(token: { name: string; expiresInDays?: number }, options?: CallOptions): Promise<NewOwnerToken> {
    return this.transport.call({ method: "POST", path: "/tokens", caller: "owner", body: token, options })
  }

  /** The owner's tokens, without their secrets. */
  tokens(options?: CallOptions): Promise<OwnerToken[]> {
    return this.transport.call({ method: "GET", path: "/tokens", caller: "owner", options })
  }

  /** Ends a token at once. */
  async revokeToken(tokenId: string, options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "DELETE", path: path("tokens", tokenId), caller: "owner", options })
  }
}
