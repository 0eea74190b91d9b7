using Coppice.Client;
using Coppice.Objects.Core;

namespace Coppice.Controllers.AccountSecrets;

/// <summary>How secrets are given tokens of service accounts.</summary>
/// <param name="Api">As whom: the program of the controllers itself, as no controller has the right to make tokens of whoever it likes.</param>
/// <param name="Sign">A token of this account for the secret of this name.</param>
public sealed record TokenIssuer(IApiClient Api, Func<ServiceAccount, string, string> Sign);
