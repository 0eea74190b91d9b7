using Coppice.ApiServer.Requests;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Subjects;

/// <summary>What is admitted or not: the request, and its objects as far as there are any (<see cref="IMutatingAdmission.AdmitAsync"/>).</summary>
internal sealed record AdmissionSubject(WriteRequest Request, AdmissionTarget Target, KubernetesObject? Item, KubernetesObject? Old);
