"""Tables, models and queries on sqlite."""
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    posts: Mapped[list["Post"]] = relationship(back_populates="author")


class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    author: Mapped[User] = relationship(back_populates="posts")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(User(name="ann", posts=[Post(title="a"), Post(title="b")]))
    session.commit()
    print(session.scalars(select(User).where(User.name.like("a%"))).one().posts[1].title)
    print(session.execute(select(User.name, func.count(Post.id)).join(Post).group_by(User.id)).all())
    try:
        session.add(User(name="ann"))
        session.commit()
    except IntegrityError as error:
        print(error.orig)
print(select(User).join(Post))
