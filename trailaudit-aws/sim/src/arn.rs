//! The parts of an ARN.

/// `arn:partition:service:region:account:resource`, borrowed from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Nothing when the text is not an ARN of the `aws` partition.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (scheme, partition) = (parts.next()?, parts.next()?);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        let resource = parts.next()?;
        let is_arn = scheme == "arn" && partition == "aws" && !service.is_empty() && !resource.is_empty();
        is_arn.then_some(Self {
            service,
            region,
            account,
            resource,
        })
    }
}
