//! What a name stands for in a repository, for whoever is to look at a change.

use std::path::Path;

use crate::base::environment::Environment;
use crate::git::command::{self, Git};

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the folder `{0}` does not exist")]
    NoFolder(String),
    #[error("`{0}` is in no git repository")]
    NoRepository(String),
    #[error("`{0}` is in a git repository without a working tree")]
    NoWorkingTree(String),
    #[error("the git repository around `{0}` has no commit yet")]
    NoCommit(String),
    #[error("`{name}` is no commit of the git repository around `{folder}`")]
    Unknown { name: String, folder: String },
    #[error("`{name}` and the current commit have no history in common")]
    Unrelated { name: String },
    #[error(transparent)]
    Git(#[from] command::Error),
}

/// The repository around a folder.
#[derive(Debug)]
pub struct Repository {
    git: Git,
    folder: String,
}

impl Repository {
    /// A repository with a working tree.
    pub async fn around(folder: &Path, environment: &Environment) -> Result<Self, Error> {
        let repository = Self { git: Git::new(folder, environment), folder: folder.display().to_string() };
        if !tokio::fs::metadata(folder).await.is_ok_and(|meta| meta.is_dir()) {
            return Err(Error::NoFolder(repository.folder));
        }
        match repository.git.run(&["rev-parse", "--is-inside-work-tree"]).await {
            Ok(inside) if inside == "true" => Ok(repository),
            Ok(_) => Err(Error::NoWorkingTree(repository.folder)),
            Err(command::Error::Failed(said)) if said.contains("not a git repository") => {
                Err(Error::NoRepository(repository.folder))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The full name of a commit.
    pub async fn commit(&self, name: &str) -> Result<String, Error> {
        match self.find(name).await? {
            Some(commit) => Ok(commit),
            None if self.find("HEAD").await?.is_none() => Err(Error::NoCommit(self.folder.clone())),
            None => Err(Error::Unknown { name: name.to_owned(), folder: self.folder.clone() }),
        }
    }

    /// Where the current commit and another one parted.
    pub async fn parted_from(&self, name: &str) -> Result<String, Error> {
        let other = self.commit(name).await?;
        let here = self.commit("HEAD").await?;
        match self.git.run(&["merge-base", &here, &other]).await {
            Ok(base) => Ok(base),
            Err(command::Error::Failed(said)) if said.is_empty() => {
                Err(Error::Unrelated { name: name.to_owned() })
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn find(&self, name: &str) -> Result<Option<String>, Error> {
        let wanted = format!("{name}^{{commit}}");
        let found = self.git.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).await;
        match found {
            Ok(commit) => Ok(Some(commit)),
            Err(command::Error::Failed(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}
