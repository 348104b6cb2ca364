<?php get_header(); ?>
<?php if ( is_archive() ) : ?>
	<h1><?php the_archive_title(); ?></h1>
<?php endif; ?>
<?php if ( have_posts() ) : ?>
	<div class="posts">
		<?php
		while ( have_posts() ) :
			the_post();
			?>
			<article <?php post_class( 'post-card' ); ?>>
				<?php if ( has_post_thumbnail() ) : ?>
					<a href="<?php the_permalink(); ?>" tabindex="-1" aria-hidden="true"><?php the_post_thumbnail( 'large' ); ?></a>
				<?php endif; ?>
				<div>
					<h2><a href="<?php the_permalink(); ?>"><?php the_title(); ?></a></h2>
					<p><?php echo esc_html( get_the_excerpt() ); ?></p>
				</div>
			</article>
		<?php endwhile; ?>
	</div>
	<?php the_posts_pagination(); ?>
<?php else : ?>
	<p class="empty">Nothing here yet.</p>
<?php endif; ?>
<?php get_footer(); ?>
